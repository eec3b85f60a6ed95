/**
 * Node's timers, taken when this module is loaded: a test with fake timers must not make the store wait for ever.
 */
const real = {
  setImmediate: globalThis.setImmediate,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
}

/** Calls `work` in the next tick of the event loop. */
export function soon(work: () => void): void {
  real.setImmediate(work)
}

/** Calls `work` after so many milliseconds. */
export function later(work: () => void, ms: number): NodeJS.Timeout {
  return real.setTimeout(work, ms)
}

/** Cancels a call of `later`. */
export function cancel(timer: NodeJS.Timeout | undefined): void {
  real.clearTimeout(timer)
}

/** Resolves in the next tick, so that other work of the process can run. */
export function untilNextTick(): Promise<void> {
  return new Promise(resolve => soon(resolve))
}
