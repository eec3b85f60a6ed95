import type { CipherKey } from 'node:crypto'

/** A key of HMAC-SHA256: a string, bytes or a `KeyObject`. */
export type Secret = CipherKey
