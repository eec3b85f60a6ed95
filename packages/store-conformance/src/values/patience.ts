import { availableParallelism, loadavg } from 'node:os'

/** A hanging call has to be found on any machine, and a rule has thirty seconds. */
const mostCrowded = 6

/**
 * How many processes want each processor, at least 1. A backend that has a sixth of a processor takes six times as long for an answer,
 * and so do limits that are multiplied by this. Windows has no such number, so limits stay as they are there.
 */
export function crowding({ load, processors }: Machine = thisMachine()): number {
  return Math.min(mostCrowded, Math.max(1, load / processors))
}

interface Machine {
  /** How many processes want a processor. */
  readonly load: number
  readonly processors: number
}

let seen: Machine = { load: 0, processors: 1 }
let seenUntil = 0

/** Looked at once a second. Each call of a store asks, the look costs more than the call, and the system counts the load every five seconds. */
function thisMachine(): Machine {
  const now = performance.now()
  if (now > seenUntil) {
    seen = { load: loadavg()[0]!, processors: availableParallelism() }
    seenUntil = now + 1000
  }
  return seen
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
