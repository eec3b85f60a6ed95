import { afterEach, beforeEach, vi } from 'vitest'

export const MINUTE = 60_000

/** Lets the tests of a file move the clock. Timers and promises run as usual. */
export function useClock(): { pass(ms: number): void } {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }))
  afterEach(() => void vi.useRealTimers())
  return { pass: ms => void vi.setSystemTime(Date.now() + ms) }
}
