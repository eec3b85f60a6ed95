import { later } from './timers.ts'

/** Milliseconds. */
const LONGEST = 20

/**
 * How long to wait before a locked file is tried for the `attempt`th time again: at random, up to a limit that doubles, so that
 * processes that wait for the same lock get out of step.
 */
export function pauseBefore(attempt: number): number {
  return Math.random() * Math.min(2 ** attempt, LONGEST)
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => later(resolve, ms))
}
