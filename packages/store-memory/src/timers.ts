/** The real one, taken when this module is loaded: a test that fakes timers does not make the store wait for ever. */
const setImmediate: typeof globalThis.setImmediate = globalThis.setImmediate

/** Calls `work` in the next turn of the event loop. */
export function soon(work: () => void): void {
  setImmediate(work)
}

/** Lets other work of the process run. */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => soon(resolve))
}
