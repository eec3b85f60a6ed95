/** The longest lifetime in milliseconds, about 4,500 years: dates of JavaScript and expiries of Redis do not go further. */
export const LONGEST: number = 2 ** 47

/** Redis needs whole milliseconds, and at least one. */
export function milliseconds(ttl: number): string {
  return String(Math.max(1, Math.min(Math.ceil(ttl), LONGEST)))
}
