import { EventEmitter } from 'node:events'
import { ask, type Callback, isPromise } from '../calls/call-store.ts'
import { Cookie, type CookieOptions } from '../cookie/cookie.ts'
import { loadedOf, noteLoaded } from '../session/loaded.ts'
import { HOST, Session, type SessionData, type SessionRequest } from '../session/session.ts'

/** A session as a middleware hands it to a store: data with a cookie. */
export interface StoredData {
  cookie: object
}

// The types of express-session name its own request and session in these places. Where both packages meet, as with a store of ours
// in its middleware, neither is the other: they agree on what cannot be told.
// biome-ignore lint/suspicious/noExplicitAny: a request of this package or of express-session
type AnyRequest = any
// biome-ignore lint/suspicious/noExplicitAny: a session of this package or of express-session
type AnySession = any

/**
 * The contract that express-session has with its stores: `get`, `set` and `destroy`, and `touch` where there is one.
 * A store answers by callback or by promise; the first answer counts. It emits `disconnect` when it cannot be used for
 * a while and `connect` when it can again. An async method that resolves with nothing and takes a callback answers by that.
 *
 * An old-style constructor: both `class X extends Store` and `Store.call(this)` with `util.inherits` are in use.
 * For a new backend extend {@link RecordStore} instead.
 */
declare abstract class BaseStore extends EventEmitter {
  /** The session of `sid` as plain data; nothing (no error) when there is none or it has expired. */
  abstract get(sid: string, callback: Callback<SessionData | null>): unknown
  /** Insert or replace the session of `sid`. */
  abstract set(sid: string, session: StoredData, callback?: Callback): unknown
  /** Remove the session of `sid`; one that is not there is no error. */
  abstract destroy(sid: string, callback?: Callback): unknown
  /** Move the expiry of a live session to that of `session.cookie`, and change nothing else. */
  touch?(sid: string, session: StoredData, callback?: Callback): unknown
  /** Every live session: an array, or an object by id. */
  all?(callback: Callback<unknown>): unknown
  /** How many live sessions there are. */
  length?(callback: Callback<number>): unknown
  /** Remove every session of this store. */
  clear?(callback?: Callback): unknown
  /** Give `req` a new session under a new id. Set by the middleware. */
  generate: (req: AnyRequest) => unknown
  /** Destroy the session of `req` and give it a new one, also when destroying failed; then call back, with whether it was there where the store tells. */
  regenerate(req: AnyRequest, callback: Callback<boolean>): void
  /** Read a session outside of a request. Calls back with nothing when there is none. */
  load(sid: string, callback: Callback<AnySession>): void
  /** Make `req.session` from stored data. */
  createSession(req: AnyRequest, data: StoredData): AnySession
}

export type Store = BaseStore

export const Store: typeof BaseStore = function Store(this: EventEmitter) {
  EventEmitter.call(this)
} as unknown as typeof BaseStore

Object.setPrototypeOf(Store, EventEmitter)
Object.setPrototypeOf(Store.prototype, EventEmitter.prototype)

const methods: Pick<BaseStore, 'regenerate' | 'load' | 'createSession'> & ThisType<BaseStore> = {
  regenerate(req, callback) {
    ask<boolean>(this, 'destroy', [req.sessionID], 0, (error, wasThere) => {
      const generated = this.generate(req)
      if (!isPromise(generated)) return callback(error, wasThere)
      generated.then(
        () => process.nextTick(callback, error, wasThere),
        failure => process.nextTick(callback, error ?? failure),
      )
    })
  },

  load(sid, callback) {
    ask<SessionData>(this, 'get', [sid], 0, (error, data) => {
      if (error || !data) return callback(error)
      const session = this.createSession({ sessionID: sid, sessionStore: this } as SessionRequest, data)
      noteLoaded(session, loadedOf(data))
      callback(null, session)
    })
  },

  createSession(req, data) {
    const stored = data.cookie as SessionData['cookie']
    const expires = stored.expires
    const originalMaxAge = stored.originalMaxAge
    const cookie = new Cookie(data.cookie as CookieOptions)
    if (typeof expires === 'string') cookie.expires = new Date(expires)
    cookie.originalMaxAge = originalMaxAge as number | null
    data.cookie = cookie
    const session = new Session(req, data) as Session & Partial<SessionData>
    // Under another middleware `set` is the upsert that it expects.
    if (HOST in req) noteLoaded(session, loadedOf(data))
    req.session = session
    return session
  },
}

for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(Store.prototype, name, { value, configurable: true, writable: true })
}
