/** Node's timer, taken when this module is loaded: a test with fake timers must not make the store wait for ever. */
const setImmediate: typeof globalThis.setImmediate = globalThis.setImmediate

/** Calls `work` in the next tick of the event loop. */
export function soon(work: () => void): void {
  setImmediate(work)
}

/** Resolves in the next tick, so that other work of the process can run. */
export function untilNextTick(): Promise<void> {
  return new Promise(resolve => soon(resolve))
}
