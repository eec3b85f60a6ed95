import { later } from './timers.ts'

/** The longest pause, in milliseconds. */
const LONGEST = 20

/**
 * Milliseconds to wait before retry number `attempt` of a locked file: a random time, up to a limit that doubles, so that processes that
 * wait for the same lock get out of step.
 */
export function pauseBefore(attempt: number): number {
  return Math.random() * Math.min(2 ** attempt, LONGEST)
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => later(resolve, ms))
}
