import { SessionError } from '../errors.ts'
import { clearTimeout, nextTick, setTimeout } from './timers.ts'

/** `error` is null or undefined on success. */
export type Callback<T = void> = (error?: unknown, value?: T | undefined) => void

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}

/** A promise of the value that `work` calls back with. */
export function promised<T = void>(work: (done: Callback<T>) => void): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    work((error, value) => (error ? reject(error) : resolve(value)))
  })
}

/**
 * Call a store's method and pass its first answer to `done`: a callback, a promise or an exception. Later answers are ignored.
 * `timeout` is in milliseconds; 0 waits for ever. `options` are the argument after the callback.
 */
export function callMethod<T>(
  store: object,
  method: string,
  args: readonly unknown[],
  timeout: number,
  done: Callback<T>,
  options?: object,
): void {
  let settled = false
  let timer: NodeJS.Timeout | undefined
  const deliver = (error?: unknown, value?: T) => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    done(error, value)
  }
  if (timeout > 0) {
    timer = setTimeout(() => {
      deliver(
        new SessionError(
          'ERR_SESSION_STORE_TIMEOUT',
          `The session store did not answer ${method} within ${timeout} ms`,
        ),
      )
    }, timeout)
  }

  const call = (store as Record<string, (...args: unknown[]) => unknown>)[method] as (
    ...args: unknown[]
  ) => unknown
  let answer: unknown
  try {
    answer = call.apply(store, options ? [...args, deliver, options] : [...args, deliver])
  } catch (error) {
    // The store has answered already: this is an exception of the application's callback.
    if (settled) throw error
    return deliver(error ?? new Error(`The session store's ${method} threw ${error}`))
  }
  if (!isPromise(answer)) return
  // An async method that takes a callback may resolve before it calls back. Then its promise counts only if it has a value.
  const answersByCallback = takesCallback(call, args.length)
  answer.then(
    value => {
      if (value !== undefined || !answersByCallback) nextTick(deliver, null, value)
    },
    error => nextTick(deliver, error ?? new Error(`The session store's ${method} rejected with ${error}`)),
  )
}

/** Whether a method takes a callback: it has a parameter beyond the `given` ones, one with a default, or a rest parameter. */
function takesCallback(method: (...args: unknown[]) => unknown, given: number): boolean {
  if (method.length > given) return true
  const parameters = /^[^(=]*\(([^)]*)/.exec(String(method))?.[1] ?? ''
  return /\.\.\.|=/.test(parameters)
}
