import type { IncomingMessage } from 'node:http'
import { type Callback, callMethod } from '../calls/call-method.ts'
import type { Cookie } from '../cookie/cookie.ts'
import { gone } from '../errors.ts'
import { deviceIn, deviceOf, giveDevice } from './device.ts'
import { giveLifespan, lifespanIn } from './lifespan.ts'
import { ignore } from './member.ts'
import { passOnMetadata } from './metadata.ts'
import { carryOver, clearData, methodIn, type SessionData } from './session-data.ts'
import { SessionState, STATE, stateOf } from './session-state.ts'
import type { BaseStore } from './store-contract.ts'

export type { SessionData } from './session-data.ts'

/** The object that holds a request's session. Stores of express-session call it `req`. The engine needs nothing else of a request. */
export interface SessionHolder {
  /** Missing when the request has no session, or the session was destroyed. */
  session: Session & Partial<SessionData>
  /** The id in the cookie, or a new one. */
  sessionID: string
  sessionStore: BaseStore
}

/** A request of `node:http` after the middleware. */
export interface SessionRequest extends IncomingMessage, SessionHolder {
  originalUrl?: string
  secure?: boolean
}

/** Options of {@link Session.regenerate}. */
export interface RegenerateOptions {
  /** Data to keep under the new id: `true` for all, or the names of the keys. Default: none. */
  keep?: boolean | readonly string[] | undefined
  /**
   * Milliseconds during which the old id redirects to the session, and its client gets the new id. Use it to change the id of a
   * session in use. Never use it on login: anyone who holds the old id gets the new one. Default 0: the old id ends at once.
   */
  grace?: number | undefined
  /**
   * Data for the new session, on login. The new session is stored at once: in one atomic step with the end of the old one, if the store
   * can. The end of the request then writes nothing. Cannot be combined with `grace`. Default: none.
   */
  data?: object | undefined
}

/** Options of {@link Session.destroy}. */
export interface DestroyOptions {
  /** Send `Clear-Site-Data`, with which a browser removes its cache, cookies and storage of the site. Default `false`. */
  clearSite?: boolean | undefined
}

/** What the engine does for the sessions of one request. */
export interface SessionHost {
  save(session: Session, done: Callback): void
  /** Replace the request's session by the stored one. Calls back with whether there is one. */
  reload(sid: string, done: Callback<boolean>): void
  destroy(session: Session, options: DestroyOptions, done: Callback<boolean>): void
  /** Give the request a session with another id. Calls back with whether the old one was still there. */
  regenerate(session: Session, options: RegenerateOptions, done: Callback<boolean>): void
  /** Whether the store destroys this session and stores the new one in one atomic step. */
  replaces(session: Session, options: RegenerateOptions): boolean
  /** Give the request a session with another id and `data`, in that one step. */
  replace(session: Session, options: RegenerateOptions, done: Callback): void
  /** Whether the request came from the device to which its session is bound; `undefined` without the option `dbsc`. */
  readonly binding: { readonly bound: boolean } | undefined
  /** Report an error that nobody else may handle. */
  report(error: unknown): void
}

/** Where a request keeps its host. */
export const HOST: unique symbol = Symbol.for('coatcheck.host')

/** `bound` of a session. A new session in the same request is bound only if it goes on with the old one's device. */
const BOUND: PropertyDescriptor & ThisType<Session> = {
  get() {
    return deviceOf(this) !== undefined && Boolean(hostOf(this.req)?.binding?.bound)
  },
  set: ignore,
}

/** The type of a member that an application may have as a key of its data: then that type counts. */
export type Member<Key extends string, Type> = Key extends keyof SessionData ? unknown : Type

/**
 * `req.session`: the data as own enumerable properties, and these methods. A method that calls the store takes a callback and
 * returns the session, or returns a promise. A promise that nobody awaits can reject without ending the process.
 */
export class Session {
  declare cookie: Cookie
  /**
   * When the session was created: with the option `absoluteTimeout`. `regenerate()` and a login with `data` start anew; a new id for the
   * same session (`keep` without `data`, or `grace`) does not.
   */
  declare readonly createdAt: Member<'createdAt', Date>
  /** Whether the session was created at most `ms` milliseconds ago: with the option `absoluteTimeout`. */
  declare readonly isFresh: Member<'isFresh', (ms: number) => boolean>

  /** Whether the client has proved that it is on the device to which the session is bound: with the option `dbsc`, a reserved name. */
  declare readonly bound: Member<'bound', boolean | undefined>

  /** Keys of `data` that are names of methods are left out. */
  constructor(req: Pick<SessionHolder, 'sessionID'>, data?: object | null) {
    Object.defineProperty(this, STATE, { value: new SessionState(req) })
    if (hostOf(req)?.binding) Object.defineProperty(this, 'bound', BOUND)
    if (typeof data !== 'object' || data === null) return
    const own = this as Record<string, unknown>
    for (const key in data) {
      if (!(key in this)) own[key] = (data as Record<string, unknown>)[key]
    }
    const lifespan = lifespanIn(this)
    if (lifespan) giveLifespan(this, lifespan)
    giveDevice(this, deviceIn(this))
  }

  /** The session's id; read-only, not enumerable. */
  get id(): string {
    return stateOf(this).id
  }

  /** The request; read-only, not enumerable. */
  get req(): SessionRequest {
    return stateOf(this).req as SessionRequest
  }

  /** Restart the lifetime. The middleware does it on each request. */
  touch(): this {
    return this.resetMaxAge()
  }

  /** Set `cookie.maxAge` back to `cookie.originalMaxAge`. */
  resetMaxAge(): this {
    this.cookie.maxAge = this.cookie.originalMaxAge
    return this
  }

  /**
   * Write the session to the store now. The middleware does it at the end of the request.
   * Fails with `ERR_SESSION_GONE` when the session was destroyed meanwhile, if the store detects that.
   */
  save(callback: Callback): this
  save(): Promise<void>
  save(callback?: Callback): this | Promise<void> {
    return answer(this, callback, done => {
      const host = hostOf(this.req)
      if (host) host.save(this, done)
      else callMethod(this.req.sessionStore, 'set', [this.id, this], 0, done)
    })
  }

  /** Replace `req.session` by the stored session. Fails with `failed to load session` when there is none. */
  reload(callback: Callback): this
  reload(): Promise<void>
  reload(callback?: Callback): this | Promise<void> {
    return answer(this, callback, done => {
      reload(this, (error, there) => {
        done(error || (there ? undefined : new Error('failed to load session')))
      })
    })
  }

  /**
   * Destroy the session. `req.session` is removed at once, then the stored session. The result is whether that was there, if the store
   * knows: `false` means that it had ended, or got another id, before.
   */
  destroy(callback: Callback<boolean>): this
  destroy(options: DestroyOptions, callback: Callback<boolean>): this
  destroy(options?: DestroyOptions): Promise<boolean | undefined>
  destroy(
    options?: DestroyOptions | Callback<boolean>,
    callback?: Callback<boolean>,
  ): this | Promise<boolean | undefined> {
    const chosen = typeof options === 'object' && options !== null ? options : {}
    return answer<this, boolean>(this, typeof options === 'function' ? options : callback, done => {
      const { req, id } = this
      Reflect.deleteProperty(req, 'session')
      const host = hostOf(req)
      if (host) host.destroy(this, chosen, done)
      else callMethod(req.sessionStore, 'destroy', [id], 0, done)
    })
  }

  /**
   * Destroy the session and put a new one with a new id into `req.session`. Use it on login, against session fixation.
   * The new session is empty, except for `data` and what `keep` names. Kept data is stored at once if the store can do that in one atomic
   * step with the end of the old session. With `keep` or `grace` it fails with `ERR_SESSION_GONE`, and
   * keeps nothing, when the session was destroyed meanwhile by this process, or on a store that detects that. With `data` the new
   * session is stored before the callback. If that fails, the new session is empty, or the old one is back if it still exists.
   * If the store fails otherwise, the new session is empty and keeps nothing, and the client keeps the cookie of the old one, unless
   * you write to the new session. Rejects a wrong `grace` or `data` with a TypeError.
   */
  regenerate(callback: Callback): this
  regenerate(options: RegenerateOptions, callback: Callback): this
  regenerate(options?: RegenerateOptions): Promise<void>
  regenerate(options?: RegenerateOptions | Callback, callback?: Callback): this | Promise<void> {
    const chosen = typeof options === 'object' && options !== null ? options : {}
    return answer(this, typeof options === 'function' ? options : callback, done => {
      const problem = problemOf(chosen, this)
      if (problem) return done(new TypeError(problem))
      const host = hostOf(this.req)
      if (host?.replaces(this, chosen)) return host.replace(this, chosen, done)
      regenerate(this, chosen, (error, there) => {
        const { req } = this
        const keeps = chosen.keep || chosen.grace
        // A session that was destroyed meanwhile does not live on under another id.
        if (!error && keeps && there === false) return done(gone())
        if (error || chosen.grace || !req.session || req.session === this) return done(error)
        carryOver(this, req.session, chosen.keep)
        if (chosen.keep && !chosen.data) passOnMetadata(this, req.session)
        if (!chosen.data) return done()
        saveWith(req.session, chosen.data, done)
      })
    })
  }
}

function problemOf({ grace, data }: RegenerateOptions, session: Session): string | undefined {
  if (grace !== undefined && !(typeof grace === 'number' && grace >= 0 && Number.isFinite(grace))) {
    return 'grace must be a number of milliseconds'
  }
  if (data === undefined) return undefined
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return 'data must be an object'
  const method = methodIn(data, session)
  if (method !== undefined) return `data must not have the key "${method}": it names a member of the session`
  return grace ? 'data and grace cannot be given together' : undefined
}

/** Save `data` now. If that fails, clear it, so that the end of the request does not store it. */
function saveWith(session: Session, data: object, done: Callback): void {
  carryOver(data, session, true)
  session.save(error => {
    if (error) clearData(session)
    done(error)
  })
}

function hostOf(req: object): SessionHost | undefined {
  return (req as { [HOST]?: SessionHost })[HOST]
}

function regenerate(session: Session, options: RegenerateOptions, done: Callback<boolean>): void {
  const { req } = session
  const host = hostOf(req)
  if (host) host.regenerate(session, options, done)
  else callMethod<boolean>(req.sessionStore, 'regenerate', [req], 0, error => done(error))
}

function reload({ req, id }: Session, done: Callback<boolean>): void {
  const host = hostOf(req)
  if (host) return host.reload(id, done)
  callMethod<SessionData>(req.sessionStore, 'get', [id], 0, (error, data) => {
    if (error || !data) return done(error, false)
    try {
      req.sessionStore.createSession(req, data)
    } catch (error) {
      return done(error)
    }
    done(null, true)
  })
}

/** Answer by callback, or by a promise. A rejection of the promise is reported, and cannot end the process. */
function answer<S extends Session, T = void>(
  session: S,
  callback: Callback<T> | undefined,
  work: (done: Callback<T>) => void,
): S | Promise<T> {
  if (callback) {
    work(callback)
    return session
  }
  const promise = new Promise<T>((resolve, reject) => {
    work((error, value) => (error ? reject(error) : resolve(value as T)))
  })
  promise.catch(error => hostOf(session.req)?.report(error))
  return promise
}
