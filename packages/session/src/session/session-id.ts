import { randomBytes } from 'node:crypto'

/** 24 bytes, as express-session has: 192 bits, above the 64 that OWASP asks of a session id. */
const BYTES = 24

/**
 * Random bytes as 32 characters of base64url. They are drawn when they are needed: bytes drawn ahead would be the same in every copy of
 * this process, such as a snapshot of a virtual machine that is started twice.
 */
export function randomId(): string {
  return randomBytes(BYTES).toString('base64url')
}
