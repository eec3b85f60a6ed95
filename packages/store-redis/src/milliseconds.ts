/** Milliseconds, about 4,500 years: dates in JavaScript and expiries in Redis can be counted that far. What lasts longer ends then. */
export const LONGEST: number = 2 ** 47

/** Redis counts in whole milliseconds, of which there must be one. */
export function milliseconds(ttl: number): string {
  return String(Math.max(1, Math.min(Math.ceil(ttl), LONGEST)))
}
