/** The longest wait, in milliseconds. */
const LONGEST = 256

/**
 * Milliseconds to wait before retry number `attempt`. The first retry waits 0 ms. Each later one waits a random time, up to a limit that
 * doubles, so that competing writers get out of step. (Exponential backoff with full jitter: M. Brooker, "Exponential Backoff And
 * Jitter", AWS Architecture Blog, 2015.)
 */
export function backoff(attempt: number): number {
  return attempt <= 1 ? 0 : Math.random() * Math.min(2 ** attempt, LONGEST)
}
