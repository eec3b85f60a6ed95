import type { EventEmitter } from 'node:events'
import type { Callback } from '../calls/call-method.ts'
import type { SessionData } from './session-data.ts'

/** A session that a store is given: data with a cookie. Other packages may give data without one. */
export type StoredData = object

// express-session's types name its own request and session here. Neither package's type fits the other, as when a store of this package
// is given to express-session. `any` fits both.
// biome-ignore lint/suspicious/noExplicitAny: a request of this package or of express-session
type AnyRequest = any
// biome-ignore lint/suspicious/noExplicitAny: a session of this package or of express-session
type AnySession = any

/**
 * The contract that express-session has with its stores: `get`, `set` and `destroy`, and `touch` where there is one.
 * A store answers by callback or by promise; the first answer counts. If an async method takes a callback and resolves with
 * `undefined`, the callback is its answer. A store emits `disconnect` when it is unavailable and `connect` when it is back.
 *
 * `Store` is an old-style constructor, because stores use both `class X extends Store` and `Store.call(this)` with
 * `util.inherits`. For a new backend extend {@link RecordStore} instead.
 */
export declare abstract class BaseStore extends EventEmitter {
  /** The session of `sid` as plain data; `undefined` or `null`, and no error, when there is none or it has expired. */
  abstract get(sid: string, callback: Callback<SessionData | null>): unknown
  /** Insert or replace the session of `sid`. */
  abstract set(sid: string, session: StoredData, callback?: Callback): unknown
  /** Remove the session of `sid`. A missing one is not an error. */
  abstract destroy(sid: string, callback?: Callback): unknown
  /** Move the expiry of a live session to that of `session.cookie`, and change nothing else. */
  touch?(sid: string, session: StoredData, callback?: Callback): unknown
  /** Every live session: an array, or an object by id. */
  // biome-ignore lint/suspicious/noExplicitAny: stores give an array or an object
  all?(callback: Callback<any>): unknown
  /** How many live sessions there are. */
  length?(callback: Callback<number>): unknown
  /** Remove every session of this store. */
  clear?(callback?: Callback): unknown
  /** Give `req` a new session under a new id. Set by the middleware. */
  generate: (req: AnyRequest) => unknown
  /** Destroy the session of `req` and give it a new one, even when destroying fails. Call back with whether it was there, if known. */
  regenerate(req: AnyRequest, callback: Callback<boolean>): void
  /** Read a session outside of a request. Calls back without a session when there is none. */
  load(sid: string, callback: Callback<AnySession>): void
  /** Make `req.session` from stored data. */
  createSession(req: AnyRequest, data: StoredData): AnySession
}
