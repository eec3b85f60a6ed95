import type { Cookie } from '../cookie/cookie.ts'
import type { RegenerateOptions, SessionData } from '../session/session.ts'

/** The session of a `Request`: your data as its own properties, and these methods, which return promises. */
export interface FetchSession {
  /** The session's id. */
  readonly id: string
  cookie: Cookie
  /** Write the session to the store now; `commit` does it at the end. */
  save(): Promise<void>
  /** Replace the data by what the store has. Fails when it has none. */
  reload(): Promise<void>
  /** End the session, and begin a new one under a new id: on every login. */
  regenerate(options?: RegenerateOptions): Promise<void>
  /** End the session. Tells whether it was there, where the store knows. */
  destroy(): Promise<boolean | undefined>
  /** Start the lifetime anew; `commit` does it. */
  touch(): this
  /** Set `cookie.maxAge` back to `cookie.originalMaxAge`. */
  resetMaxAge(): this
}

/** A session with data of type `T`. */
export type SessionOf<T extends object> = FetchSession & Omit<Partial<SessionData>, 'cookie'> & Partial<T>

/** The session of one `Request`, and the way to save it. */
export interface OpenedSession<T extends object> {
  readonly request: Request
  /**
   * The session, as one object for the whole request. Set it to `null` to end it when the response is committed. `undefined` after `destroy`, where the store is away and `onStoreUnavailable` is
   * `'skip'`, and where the path is not below `cookie.path`.
   */
  get session(): SessionOf<T> | undefined
  set session(session: null)
  /**
   * Save, touch or destroy the session, and give `response` with the `Set-Cookie` that it needs. The head and the body of the response
   * are not read, so a stream begins when the session is safe. Rejects when the session cannot be saved, unless the response is an
   * error itself or `onSaveError` is `'continue'`. Commit one response for a request.
   */
  commit(response: Response): Promise<Response>
}
