import { availableParallelism, loadavg } from 'node:os'

/** A hanging call has to be found on any machine, and a rule has thirty seconds. */
const mostCrowded = 6

/**
 * How many processes want each processor, at least 1. A backend that has a sixth of a processor takes six times as long for an answer,
 * and so do limits that are multiplied by this. Windows has no such number, so limits stay as they are there.
 */
export function crowding(load: number = currentLoad(), processors: number = availableParallelism()): number {
  return Math.min(mostCrowded, Math.max(1, load / processors))
}

let seen = { load: 0, until: 0 }

/** The system counts it every five seconds, and each call of a store asks. */
function currentLoad(): number {
  const now = performance.now()
  if (now > seen.until) seen = { load: loadavg()[0]!, until: now + 1000 }
  return seen.load
}

const sliceMs = 50
const mostOfSliceMs = 2 * sliceMs

/**
 * Calls `onEnd` after `ms` in which this process was able to work. A busy machine, or a store that blocks the event loop, also delays the
 * answer. So a pause of any length counts as a tenth of a second. Returns the function that stops the timer.
 */
export function after(ms: number, onEnd: () => void): () => void {
  let left = ms
  let last = performance.now()
  let timer: NodeJS.Timeout
  const tick = (): void => {
    const now = performance.now()
    left -= Math.min(now - last, mostOfSliceMs)
    last = now
    if (left <= 0) onEnd()
    else timer = setTimeout(tick, Math.min(left, sliceMs))
  }
  timer = setTimeout(tick, Math.min(ms, sliceMs))
  return () => clearTimeout(timer)
}
