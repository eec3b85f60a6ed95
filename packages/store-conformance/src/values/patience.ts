const sliceMs = 50
const mostOfSliceMs = 2 * sliceMs

/**
 * Calls `onEnd` after `ms` in which this process was able to work. A busy machine, or a store that blocks the event loop for a
 * moment, also keeps the answer from arriving: such a pause counts as a tenth of a second, however long it was.
 * Returns the function that stops the clock.
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
