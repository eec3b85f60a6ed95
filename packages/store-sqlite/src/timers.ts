/**
 * The real timers, taken when this module is loaded: a test that fakes timers does not make the store wait for ever.
 */
const real = {
  setImmediate: globalThis.setImmediate,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
}

/** Calls `work` in the next turn of the event loop. */
export function soon(work: () => void): void {
  real.setImmediate(work)
}

/** Calls `work` after so many milliseconds. */
export function later(work: () => void, ms: number): NodeJS.Timeout {
  return real.setTimeout(work, ms)
}

/** Does not call what `later` was given. */
export function cancel(timer: NodeJS.Timeout | undefined): void {
  real.clearTimeout(timer)
}

/** Lets other work of the process run. */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => soon(resolve))
}
