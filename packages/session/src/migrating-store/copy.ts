import { createHash, randomBytes } from 'node:crypto'
import { Cookie, type CookieOptions } from '../cookie/cookie.ts'
import { TOMBSTONES } from '../records/id-forms.ts'
import { loadedOf } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'

/** A key in the cookie of a provisional copy. When an app saves the session, `Cookie` drops keys that it does not know. */
const PROVISIONAL = 'coatcheck.provisional'

/** The id of the tombstone record that the new store keeps of a destroyed session. It has a hash, because ids may be long. */
export function tombstoneOf(sid: string): string {
  return TOMBSTONES + createHash('sha256').update(sid).digest('base64url')
}

/** Whether this is a provisional copy: the session may have been destroyed while it was copied. */
export function isProvisional(session: SessionData): boolean {
  return PROVISIONAL in session.cookie
}

/** The rest of the lifetime of a session that was read, in milliseconds; `undefined` if only the store's `ttl` limits it. */
export function remaining(session: SessionData): number | undefined {
  const told = loadedOf(session)?.ttl
  if (told !== undefined) return told
  const { expires, originalMaxAge } = session.cookie as { expires?: unknown; originalMaxAge?: unknown }
  if (expires === undefined || expires === null || expires === false) return undefined
  const left = new Date(expires as string).valueOf() - Date.now()
  // Many stores return the expiry of the last write, although touches have moved it. The session was read, so it has not expired.
  return left > 0 || typeof originalMaxAge !== 'number' ? left : originalMaxAge
}

/**
 * A session to write to a store, with a lifetime of `ttl` milliseconds if that is given. Stores read the lifetime from `expires`,
 * `maxAge` or `originalMaxAge` of the cookie, and write the JSON of the cookie. If the cookie ends with the browser, its JSON has no
 * `expires`, so the properties have the lifetime and the JSON does not.
 */
export function stored(session: SessionData, ttl: number | undefined, provisional = false): SessionData {
  const data = JSON.parse(JSON.stringify(session.cookie)) as Record<string, unknown>
  const { expires, originalMaxAge } = data
  const ends = expires !== undefined && expires !== null && expires !== false
  const end = ttl !== undefined ? new Date(Date.now() + ttl) : ends ? new Date(expires as string) : null
  const cookie = new Cookie({ ...(data as CookieOptions), expires: end })
  cookie.originalMaxAge = originalMaxAge as number | null
  if (ends) data.expires = end
  // A random value tells two copies apart: a check of one copy must not confirm another.
  if (provisional) data[PROVISIONAL] = randomBytes(9).toString('base64url')
  Object.defineProperty(cookie, 'toJSON', { value: () => data })
  return { ...session, cookie } as unknown as SessionData
}
