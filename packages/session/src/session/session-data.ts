import type { Cookie } from '../cookie/cookie.ts'
import { isMember, isMetadata } from './metadata.ts'

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
 * Copy keys of `from` to `to`: those that `keep` lists, or all if it is `true`. The cookie is not copied. Keys become own properties,
 * even `__proto__`, and none replaces a method.
 */
export function carryOver(from: object, to: object, keep: boolean | readonly string[] | undefined): void {
  const keys = keep === true ? Object.keys(from) : keep || []
  for (const key of keys) {
    if (key === 'cookie' || !Object.hasOwn(from, key) || isMethod(to, key)) continue
    const value = (from as Data)[key]
    Object.defineProperty(to, key, { value, enumerable: true, configurable: true, writable: true })
  }
}

/** Whether `carryOver` has something to copy. */
export function keepsAny(from: object, keep: boolean | readonly string[] | undefined): boolean {
  const keys = keep === true ? Object.keys(from) : keep || []
  return keys.some(key => key !== 'cookie' && Object.hasOwn(from, key) && !isMember(from, key))
}

/** A key of `data` that names a method of the session, such as `save`. */
export function methodIn(data: object, session: object): string | undefined {
  return Object.keys(data).find(key => !isMetadata(key) && isMethod(session, key))
}

function isMethod(session: object, key: string): boolean {
  return isMember(session, key) || (key !== '__proto__' && key in Object.getPrototypeOf(session))
}

/** Remove everything but the cookie from `session`. */
export function clearData(session: object): void {
  for (const key of Object.keys(session)) {
    if (key !== 'cookie') delete (session as Data)[key]
  }
}
