import type { Callback } from './ask.ts'

/** A throw of a hook that is not async becomes a rejection too. */
export async function started<T>(work: () => Promise<T>): Promise<T> {
  return work()
}

/** Hand the outcome to the callback in a turn of its own, so that what it throws is nobody else's; or give the promise. */
export function settle<T>(outcome: Promise<T>, callback: Callback<T> | undefined): Promise<T> | undefined {
  if (!callback) {
    // The promise is the caller's: whoever does not await it, as express-session's `destroy()`, does not want the process ended.
    outcome.catch(() => {})
    return outcome
  }
  outcome.then(
    value => process.nextTick(callback, null, value),
    error => process.nextTick(callback, error),
  )
  return undefined
}
