import type { OwnerOption } from '../owners/owner.ts'
import type { EncryptionOptions, HashIdsOptions, RecordKey } from '../records/options.ts'
import type { Codec } from '../session/codec.ts'

/** Options of every store that extends `RecordStore`. */
export interface RecordStoreOptions {
  /** Lifetime in milliseconds of a session whose cookie has no expiry. Default one day. */
  ttl?: number | undefined
  /** Milliseconds between deletions of expired sessions, varied at random by half; `false` for none. Default 15 minutes. */
  pruneInterval?: number | false | undefined
  /** Turns sessions into text and back. Default `JSON`. */
  codec?: Codec | undefined
  /**
   * Store sessions under hashes of their ids: `true` for SHA-256, a key of 32 random bytes for HMAC-SHA-256, or options. Methods that
   * list sessions then return the hashes. Default `false`.
   */
  hashIds?: boolean | RecordKey | HashIdsOptions | undefined
  /** Encrypt stored sessions with AES-256-GCM. Default: they are stored as the codec writes them. */
  encryption?: EncryptionOptions | undefined
  /**
   * Whose session it is: a key of the session such as `'userId'`, a path of keys such as `'user.id'`, or a function of the session that
   * returns a text, a number or nothing. The store keeps an index of owners, for `sessionsOf`, `countOf` and `destroyAllOf`. Default: none.
   */
  owner?: OwnerOption | undefined
}

/** The names of these options: a store checks them with those of its own. */
export const RECORD_STORE_OPTIONS: Record<keyof RecordStoreOptions, true> = {
  ttl: true,
  pruneInterval: true,
  codec: true,
  hashIds: true,
  encryption: true,
  owner: true,
}

/** Throws a TypeError that names the option. */
export function checkOptions(ttl: unknown, pruneInterval: unknown, codec: Partial<Codec> | null): void {
  if (typeof ttl !== 'number' || !(ttl > 0)) {
    throw new TypeError('The option "ttl" must be a number of milliseconds greater than 0')
  }
  if (pruneInterval !== false && !(typeof pruneInterval === 'number' && pruneInterval > 0)) {
    throw new TypeError(
      'The option "pruneInterval" must be a number of milliseconds greater than 0, or false',
    )
  }
  if (typeof codec?.stringify !== 'function' || typeof codec.parse !== 'function') {
    throw new TypeError('The option "codec" must be an object with the methods stringify and parse')
  }
}
