import { callMethod } from './call-method.ts'

/**
 * Call a method of any connect-style store. The store may call back or return a promise; its first answer counts.
 * `get` of a session that is not there may answer `undefined` or `null`.
 */
export function callStore<T = unknown>(
  store: object,
  method: string,
  ...args: unknown[]
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    callMethod<T>(store, method, args, 0, (error, value) => (error ? reject(error) : resolve(value)))
  })
}

/** Whether the store has this method. */
export function offers(store: object, method: string): boolean {
  return typeof (store as Record<string, unknown>)[method] === 'function'
}
