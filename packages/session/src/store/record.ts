import type { Callback } from '../calls/call-method.ts'

/** A stored session. `ttl` is what is left of its life, in milliseconds by the clock of the database. */
export interface StoredRecord {
  data: string
  ttl: number
  /** Whether this read has started its lifetime anew; `ttl` is what was left before. */
  renewed?: boolean | undefined
}

/** A session that was read with others: nothing when there is none, a promise where it is read by itself after all. */
export type ReadResult = StoredRecord | undefined | Promise<StoredRecord | undefined>

/**
 * What a read may do on its way: start the session's lifetime anew where its data begins with `prefix`, in the same atomic step. It
 * inserts nothing, brings back nothing that was destroyed or has expired, and leaves the data as it is.
 */
export interface Renewal {
  readonly prefix: string
  /** Milliseconds from now. */
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
  /** Lifetime in milliseconds, for a caller that knows it. Default: that of the session's cookie, else the store's `ttl`. */
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
