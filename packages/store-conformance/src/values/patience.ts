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
