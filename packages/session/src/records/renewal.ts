import type { Renewal } from './record.ts'

/**
 * Touch on read: a read also restarts the session's lifetime, so that a request that only reads needs no separate touch. `MemoryStore`
 * and the stores that extend `RecordStore` can do this. Other stores are read, and touched at the end of the request.
 */

/** Options of a store's `get`. */
export interface GetOptions {
  /**
   * Also restart the session's lifetime, if this value equals the `originalMaxAge` of its cookie: milliseconds, or `null` for a cookie
   * without an expiry, whose session then lasts for the store's `ttl`. The read returns the session as it was before. It needs the codec
   * `JSON`. Values other than `null` and whole numbers greater than 0 are ignored. Default: a read changes nothing.
   */
  renew?: number | null | undefined
}

/** The touch that a read makes; `undefined` for none. `ttl` is the lifetime in milliseconds for a cookie without an expiry. */
export function renewalOf(renew: unknown, ttl: number): Renewal | undefined {
  if (renew === null) return { prefix: '{"cookie":{"originalMaxAge":null,', ttl }
  if (!Number.isInteger(renew) || (renew as number) <= 0) return undefined
  return { prefix: `{"cookie":{"originalMaxAge":${renew},`, ttl: renew as number }
}
