import type { Callback } from './call-method.ts'
import { nextTick } from './timers.ts'

/** Call `work` and always return a promise, also when it throws or is not async. A promise is returned as it is. */
export function started<T>(work: () => Promise<T>): Promise<T> {
  try {
    return Promise.resolve(work())
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Pass the outcome to the callback, in a tick of its own, so that an exception of the callback reaches no other code. Without a callback,
 * return the promise. `settled`, if given, is called first; it costs no promise.
 */
export function deliver<T>(
  outcome: Promise<T>,
  callback: Callback<T> | undefined,
  settled?: () => void,
): Promise<T> | undefined {
  if (!callback) {
    // Many callers ignore the promise, as with `destroy()`. An unhandled rejection would end their process.
    outcome.then(settled, settled ?? (() => {}))
    return outcome
  }
  outcome.then(
    value => {
      settled?.()
      nextTick(callback, null, value)
    },
    error => {
      settled?.()
      nextTick(callback, error)
    },
  )
  return undefined
}
