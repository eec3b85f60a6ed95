import { conforms } from '../support/conforms.ts'
import subject from './migrating-subject.ts'

function family(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name}-${String(i + 1).padStart(2, '0')}`)
}

// Reads that renew and owners are not passed on to two stores.
const MISSING = [...family('INS', 3), ...family('REN', 8), ...family('EXC', 7), ...family('OWN', 11)]
// What needs a driver that makes its callers wait.
const BY_VALUE = ['CON-13', 'CON-14', 'CON-15', 'ERR-12', 'ERR-14']

conforms(() => subject, { unverified: BY_VALUE, missing: MISSING })
