import { createHash, randomBytes } from 'node:crypto'
import { Cookie, type CookieOptions } from '../cookie/cookie.ts'
import { loadedOf } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'

/** In the cookie of a copy that has not been confirmed: an app that saves it drops what it does not know of a cookie. */
const PROVISIONAL = 'coatcheck.provisional'

const GRAVES = 'coatcheck.gone.'

/** The id under which the new store remembers that a session was destroyed. A hash: an id may be as long as a store allows. */
export function graveOf(sid: string): string {
  return GRAVES + createHash('sha256').update(sid).digest('base64url')
}

export function isGrave(sid: string): boolean {
  return sid.startsWith(GRAVES) && sid.length === GRAVES.length + 43
}

/** Whether it is a copy of which nobody knows yet whether the session was destroyed while it was made. */
export function isProvisional(session: SessionData): boolean {
  return PROVISIONAL in session.cookie
}

/** Milliseconds that are left of a session that was read; `undefined` where it only ends with the store's default. */
export function remaining(session: SessionData): number | undefined {
  const told = loadedOf(session)?.ttl
  if (told !== undefined) return told
  const { expires, originalMaxAge } = session.cookie as { expires?: unknown; originalMaxAge?: unknown }
  if (expires === undefined || expires === null || expires === false) return undefined
  const left = new Date(expires as string).valueOf() - Date.now()
  // Many stores give the expiry of the last write, which touches have moved on: the session is there, so it lives.
  return left > 0 || typeof originalMaxAge !== 'number' ? left : originalMaxAge
}

/**
 * A session as it goes into a store, with a life of `ttl` milliseconds where that is given. Stores read `expires`, `maxAge` or
 * `originalMaxAge` of a cookie and write its JSON. The JSON is that of the session; a cookie that ends with the browser has no place
 * for a lifetime, which then is in what is read only.
 */
export function stored(session: SessionData, ttl: number | undefined, provisional = false): SessionData {
  const data = JSON.parse(JSON.stringify(session.cookie)) as Record<string, unknown>
  const { expires, originalMaxAge } = data
  const ends = expires !== undefined && expires !== null && expires !== false
  const end = ttl !== undefined ? new Date(Date.now() + ttl) : ends ? new Date(expires as string) : null
  const cookie = new Cookie({ ...(data as CookieOptions), expires: end })
  cookie.originalMaxAge = originalMaxAge as number | null
  if (ends) data.expires = end
  // Two copies are never alike: who has looked whether the one may stay has not looked for the other.
  if (provisional) data[PROVISIONAL] = randomBytes(9).toString('base64url')
  Object.defineProperty(cookie, 'toJSON', { value: () => data })
  return { ...session, cookie } as unknown as SessionData
}
