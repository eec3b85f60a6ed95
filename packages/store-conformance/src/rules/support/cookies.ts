import type { Stored } from '../../calls/stored.ts'
import type { Trial } from '../../trial/trial.ts'

/** The cookie of a session from the store. Fails when there is none. */
export function cookieOf(t: Trial, got: Stored | undefined, call: string): Record<string, unknown> {
  t.ok(got, `${call} gave undefined, want the session`)
  t.ok(typeof got?.cookie === 'object' && got.cookie !== null, `${call} gave a session without a cookie`)
  return got?.cookie as Record<string, unknown>
}

/** Milliseconds since the epoch of a Date, or of a text with a date, a time and a zone; otherwise `undefined`. */
export function instantOf(expires: unknown): number | undefined {
  if (expires instanceof Date) return expires.getTime()
  const zoned = /(Z|GMT|UTC|[+-]\d\d:?\d\d)( \(.*\))?$/
  return typeof expires === 'string' && zoned.test(expires) ? Date.parse(expires) : undefined
}
