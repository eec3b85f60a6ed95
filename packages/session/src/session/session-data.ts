import type { Cookie } from '../cookie/cookie.ts'

/**
 * The data of a session. Add your own keys by declaration merging:
 *
 * ```ts
 * declare module '@coatcheck/session' {
 *   interface SessionData { userId: string }
 * }
 * ```
 */
export interface SessionData {
  cookie: Cookie
}

type Data = Record<string, unknown>

/**
 * Put into `to` what `keep` names of `from`: the names of keys, or `true` for all. The cookie stays where it is. Keys become own
 * properties, `__proto__` too, and none takes the place of a method.
 */
export function carryOver(from: object, to: object, keep: boolean | readonly string[] | undefined): void {
  const keys = keep === true ? Object.keys(from) : keep || []
  for (const key of keys) {
    if (key === 'cookie' || !Object.hasOwn(from, key) || isMethod(to, key)) continue
    const value = (from as Data)[key]
    Object.defineProperty(to, key, { value, enumerable: true, configurable: true, writable: true })
  }
}

/** A key of `data` that names a method of the session, such as `save`. */
export function methodIn(data: object, session: object): string | undefined {
  return Object.keys(data).find(key => isMethod(session, key))
}

function isMethod(session: object, key: string): boolean {
  return key !== '__proto__' && key in Object.getPrototypeOf(session)
}

/** Take everything but the cookie out of `session`. */
export function clearData(session: object): void {
  for (const key of Object.keys(session)) {
    if (key !== 'cookie') delete (session as Data)[key]
  }
}
