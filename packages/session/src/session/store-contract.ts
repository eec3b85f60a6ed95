import type { EventEmitter } from 'node:events'
import type { Callback } from '../calls/call-method.ts'
import type { SessionData } from './session-data.ts'

/** A session as a store is given it: data with a cookie, or without one where another package has written it. */
export type StoredData = object

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
export declare abstract class BaseStore extends EventEmitter {
  /** The session of `sid` as plain data; nothing (no error) when there is none or it has expired. */
  abstract get(sid: string, callback: Callback<SessionData | null>): unknown
  /** Insert or replace the session of `sid`. */
  abstract set(sid: string, session: StoredData, callback?: Callback): unknown
  /** Remove the session of `sid`; one that is not there is no error. */
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
  /** Destroy the session of `req` and give it a new one, also when destroying failed; then call back, with whether it was there where the store tells. */
  regenerate(req: AnyRequest, callback: Callback<boolean>): void
  /** Read a session outside of a request. Calls back with nothing when there is none. */
  load(sid: string, callback: Callback<AnySession>): void
  /** Make `req.session` from stored data. */
  createSession(req: AnyRequest, data: StoredData): AnySession
}
