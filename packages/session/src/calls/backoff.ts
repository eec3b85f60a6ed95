/** Milliseconds. */
const LONGEST = 256

/**
 * How long to wait before something is tried for the `attempt`th time again, in milliseconds: at random, up to a limit that doubles, so
 * that several who are in one another's way get out of step. The first time none. (Exponential backoff with full jitter: M. Brooker,
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)
 */
export function backoff(attempt: number): number {
  return attempt <= 1 ? 0 : Math.random() * Math.min(2 ** attempt, LONGEST)
}
