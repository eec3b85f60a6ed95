import type { KeyObject } from 'node:crypto'

/**
 * 32 random bytes: a `Buffer`, a secret `KeyObject` of `node:crypto`, or a text in base64 or hexadecimal digits, as
 * `openssl rand -base64 32` prints it.
 */
export type RecordKey = string | Uint8Array | KeyObject

/**
 * For a store in use. `'write'` also finds sessions in the old form, and still writes that form. When all processes use it, `'read'` also
 * finds the old form, and writes the new one. Default: sessions in the old form are not found.
 */
export type Plain = 'read' | 'write'

/** Options of `hashIds`. */
export interface HashIdsOptions {
  /** Hash with HMAC-SHA-256 and this key, for ids that can be guessed. Changing the key ends all sessions. Default: SHA-256. */
  key?: RecordKey | undefined
  /** Find sessions that are stored under their ids too. Default: no. */
  plain?: Plain | undefined
}

/** Options of `encryption`. */
export interface EncryptionOptions {
  /** The first key encrypts, and all keys decrypt. */
  keys: readonly RecordKey[]
  /** Read sessions that are stored unencrypted too. Default: no. */
  plain?: Plain | undefined
}
