import { randomFillSync } from 'node:crypto'

/** 24 bytes, as express-session has: 192 bits, above the 64 that OWASP asks of a session id. */
const BYTES = 24
/** Ids for which one call of the system's generator is enough: most of what a call costs does not depend on how much it gives. */
const IDS = 128

const pool = Buffer.allocUnsafeSlow(BYTES * IDS)
let used = pool.length

/** Random bytes as 32 characters of base64url. Each byte is used once, and wiped then. */
export function randomId(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const id = pool.toString('base64url', used, used + BYTES)
  pool.fill(0, used, used + BYTES)
  used += BYTES
  return id
}
