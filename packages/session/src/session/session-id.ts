import { randomFillSync } from 'node:crypto'

/** 24 bytes, as express-session has: 192 bits, above the 64 that OWASP asks of a session id. */
const BYTES = 24
/** Ids for which random bytes are drawn at once: one draw costs 5 µs, a third of what a new visitor's request costs, whatever its size. */
const IDS = 128
/**
 * Milliseconds after which bytes that were drawn are not used any more. A copy of this process, such as a snapshot of a virtual machine
 * that is started twice, has the same bytes in its memory: by the time that it runs they are too old.
 */
const LIFE = 1000

const pool = Buffer.allocUnsafeSlow(BYTES * IDS)
let used = pool.length
let drawn = 0

/** Random bytes as 32 characters of base64url. Each byte is used once, and wiped then. */
export function randomId(): string {
  const now = Date.now()
  if (used === pool.length || now < drawn || now - drawn > LIFE) {
    randomFillSync(pool)
    used = 0
    drawn = now
  }
  const id = pool.toString('base64url', used, used + BYTES)
  pool.fill(0, used, used + BYTES)
  used += BYTES
  return id
}
