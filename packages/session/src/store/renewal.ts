import type { Renewal } from './record.ts'

/**
 * A read that renews: it starts the session's lifetime anew in the same step, so that a request that only reads needs no touch. The
 * stores that extend `RecordStore` offer it. Others are read and touched as ever.
 */

/** Options of a store's `get`. */
export interface GetOptions {
  /**
   * Start the session's lifetime anew in the same step, if this is the `originalMaxAge` of its cookie: milliseconds, or `null` for a
   * cookie without an end, whose session then lasts for the store's `ttl`. What is given is the session as it was before. Default: a
   * read changes nothing. Only where sessions are stored as `JSON`; anything but `null` and a whole number greater than 0 is ignored.
   */
  renew?: number | null | undefined
}

/** What a read shall do on its way; `undefined` for nothing. `ttl` is the lifetime in milliseconds where a cookie has no end. */
export function renewalOf(renew: unknown, ttl: number): Renewal | undefined {
  if (renew === null) return { prefix: '{"cookie":{"originalMaxAge":null,', ttl }
  if (!Number.isInteger(renew) || (renew as number) <= 0) return undefined
  return { prefix: `{"cookie":{"originalMaxAge":${renew},`, ttl: renew as number }
}
