import type { Callback } from './call-method.ts'
import { nextTick } from './timers.ts'

/** What a hook gives and throws that is not async is a promise, too. An async one costs no other. */
export function started<T>(work: () => Promise<T>): Promise<T> {
  try {
    return Promise.resolve(work())
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Call the callback in a tick of its own, so that what it throws reaches no other code. Without a callback, give the promise. `settled` is
 * called when there is one; it costs no promise of its own.
 */
export function deliver<T>(
  outcome: Promise<T>,
  callback: Callback<T> | undefined,
  settled?: () => void,
): Promise<T> | undefined {
  if (!callback) {
    // The promise is the caller's: whoever does not await it, as express-session's `destroy()`, does not want the process ended.
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
