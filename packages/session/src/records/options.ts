import type { KeyObject } from 'node:crypto'

/**
 * 32 random bytes: a `Buffer`, a secret `KeyObject` of `node:crypto`, or their text in base64 or hexadecimal digits, as
 * `openssl rand -base64 32` prints them.
 */
export type RecordKey = string | Uint8Array | KeyObject

/**
 * For a store in use: `'write'` also finds what is stored as before, and goes on to store so; then, when all processes do that, `'read'`
 * also finds what is stored as before. Default: nothing of that is found.
 */
export type Plain = 'read' | 'write'

/** Options of `hashIds`. */
export interface HashIdsOptions {
  /** Hash with HMAC-SHA-256 and this key, for ids that can be guessed. Another key ends all sessions. Default: SHA-256. */
  key?: RecordKey | undefined
  /** Find sessions that are stored under their ids too. Default: no. */
  plain?: Plain | undefined
}

/** Options of `encryption`. */
export interface EncryptionOptions {
  /** The first key encrypts, each one decrypts. */
  keys: readonly RecordKey[]
  /** Read sessions that are stored unencrypted too. Default: no. */
  plain?: Plain | undefined
}
