import type { KeyObject } from 'node:crypto'

/** A key of HMAC-SHA256. */
export type Secret = string | Buffer | Uint8Array | KeyObject
