import type { Cookie } from '../cookie/cookie.ts'
import type { DestroyOptions, Member, RegenerateOptions, SessionData } from '../session/session.ts'

/** The session of a `Request`: your data as its own properties, and these methods, which return promises. */
export interface FetchSession {
  /** The session's id. */
  readonly id: string
  cookie: Cookie
  /** When the session was created: with the option `absoluteTimeout`. A new id with `keep` or `grace`, without `data`, keeps it. */
  readonly createdAt: Member<'createdAt', Date>
  /** Whether the session was created at most `ms` milliseconds ago: with the option `absoluteTimeout`. */
  readonly isFresh: Member<'isFresh', (ms: number) => boolean>
  /** Whether the client has proved that it is on the device to which the session is bound: with the option `dbsc`. */
  readonly bound: Member<'bound', boolean | undefined>
  /** Write the session to the store now. `commit` does it at the end. */
  save(): Promise<void>
  /** Replace the data by the stored data. Fails when there is none. */
  reload(): Promise<void>
  /** Destroy the session, and begin a new one with a new id. Call it on every login. */
  regenerate(options?: RegenerateOptions): Promise<void>
  /** Destroy the session. Returns whether it was there, if the store knows. */
  destroy(options?: DestroyOptions): Promise<boolean | undefined>
  /** Restart the lifetime. `commit` does it. */
  touch(): this
  /** Set `cookie.maxAge` back to `cookie.originalMaxAge`. */
  resetMaxAge(): this
}

/** A session with data of type `T`. */
export type SessionOf<T extends object> = FetchSession & Omit<Partial<SessionData>, 'cookie'> & Partial<T>

/** What is read of a `Request`. An adapter may pass something lighter. */
export interface RequestLike {
  readonly method: string
  /** The whole URL, with the path by which the browser knows it. */
  readonly url: string
  readonly headers: { get(name: string): string | null }
  readonly signal?: { readonly aborted: boolean } | undefined
}

/** What is read and changed of a `Response`. An adapter may pass something lighter. */
export interface ResponseLike {
  readonly status: number
  readonly headers: {
    getSetCookie(): string[]
    append(name: string, value: string): void
    /** Without this method, headers of the response that concern caches are not looked at. */
    get?(name: string): string | null
    delete(name: string): void
  }
}

/** The session of a `Request` that may not need it. */
export interface LazySession<T extends object, Req = Request> {
  /** Read the session, or begin a new one, once. */
  open(): Promise<OpenedSession<T, Req>>
  /** Commit the response, or return it as it is if `open` was not called. */
  commit(response: Response): Promise<Response>
}

/** The session of one `Request`, and `commit` to save it. */
export interface OpenedSession<T extends object, Req = Request> {
  /** The request that the application's own functions are given. */
  readonly request: Req
  /**
   * The session, as one object for the whole request. Set it to `null` to destroy it when the response is committed. It is `undefined`
   * after `destroy`, when the store is unavailable and `onStoreUnavailable` is `'skip'`, for requests of the option `skip`, and when the path is not
   * below `cookie.path`.
   */
  get session(): SessionOf<T> | undefined
  set session(session: null)
  /**
   * The whole response to this request, with the option `dbsc`: to a browser that registers or refreshes, and to a client on another device.
   * Return it in place of your own. `commit` does so too.
   */
  readonly answer: Response | undefined
  /** Whether this request has begun the session: its cookie was not sent, or had no session. */
  readonly isNew: boolean
  /** Whether the request has changed the session since it was read or begun. */
  readonly modified: boolean
  /**
   * Save, touch or destroy the session, and return `response` with the `Set-Cookie` that it needs. The body is not read, so a stream
   * begins only when the session is saved. Rejects when the session cannot be saved, unless the response has a 5xx status or
   * `onSaveError` is `'continue'`. Commit one response for each request.
   */
  commit(response: Response): Promise<Response>
  commit(response: ResponseLike): Promise<ResponseLike>
}
