import type { Callback } from '../calls/call-method.ts'

/** A stored session. `ttl` is the rest of its lifetime in milliseconds, by the clock of the database. */
export interface StoredRecord {
  data: string
  ttl: number
  /** Whether this read has also touched it. `ttl` is the rest before the touch. */
  renewed?: boolean | undefined
  /** The id under which it is stored, if a session with a hashed id still has its old place. Set by the base class. */
  place?: string | undefined
}

/** One result of a batched read: `undefined` when there is no session, a promise when it is read separately after all. */
export type ReadResult = StoredRecord | undefined | Promise<StoredRecord | undefined>

/**
 * A touch on read: the read also restarts the session's lifetime, in one atomic step, if its data begins with `prefix`. It never
 * inserts, never brings back a destroyed or expired session, and does not change the data.
 */
export interface Renewal {
  readonly prefix: string
  /** The new lifetime in milliseconds. */
  readonly ttl: number
}

/** A stored session with its id. */
export interface StoredEntry extends StoredRecord {
  sid: string
}

/** Options of {@link RecordStore.exchange}. */
export interface ExchangeOptions {
  /** Store the new session only if the old one was there. Default `false`. */
  required?: boolean | undefined
}

/** Options of {@link RecordStore.set}. */
export interface SetOptions {
  /** Lifetime in milliseconds. Default: that of the session's cookie, or else the store's `ttl`. */
  ttl?: number | undefined
}

/** `set` takes options, a callback, or both. */
export function setArguments(
  options: SetOptions | Callback | undefined,
  callback: Callback | undefined,
): { ttl: number | undefined; done: Callback | undefined } {
  if (typeof options === 'object' && options !== null) return { ttl: options.ttl, done: callback }
  return { ttl: undefined, done: options }
}

/** `'changed'`: the data is no longer what was expected. `'missing'`: destroyed or expired. Neither wrote anything. */
export type UpdateResult = 'updated' | 'changed' | 'missing'

/**
 * What `reencrypt` has done with a session: it had the current key already (`'current'`), was encrypted with it (`'encrypted'`), has
 * ended meanwhile (`'gone'`), or cannot be read and was left unchanged (`'unreadable'`).
 */
export type Reencrypted = 'current' | 'encrypted' | 'gone' | 'unreadable'
