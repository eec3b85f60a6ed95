import { createHmac, randomBytes } from 'node:crypto'

/** A registered symbol, so that two copies of this package give one session the same reference. */
const KEY: unique symbol = Symbol.for('coatcheck.reference')

/** Characters of a reference: 96 bits. */
const LENGTH = 16

const shared = globalThis as { [KEY]?: Buffer }

let last = { sid: '', reference: '' }

/** A hash of the id. Its key is random and known only to this process, so nobody can test guesses of an id against a log. */
export function referenceOf(sid: string): string {
  // The messages of a request follow each other.
  if (last.sid !== sid || !last.reference) last = { sid, reference: hashOf(sid) }
  return last.reference
}

function hashOf(sid: string): string {
  shared[KEY] ??= randomBytes(32)
  return createHmac('sha256', shared[KEY]).update(String(sid)).digest('base64url').slice(0, LENGTH)
}
