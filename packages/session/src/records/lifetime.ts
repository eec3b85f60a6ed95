import { isoText } from '../cookie/iso-text.ts'
import { SessionError } from '../errors.ts'
import type { DecodedSession } from '../session/codec.ts'

/** One day: the default lifetime of a session whose cookie has no expiry. */
export const DAY = 86_400_000

/** The expiry of a cookie: of a live `Cookie`, or of one parsed from JSON. */
export interface CookieLifetime {
  expires?: Date | string | number | null | false | undefined
  maxAge?: number | null | false | undefined
}

/** The cookie of a session that a store is given. Other packages write sessions without one. */
export function cookieOf(session: object): CookieLifetime | undefined {
  return (session as { cookie?: CookieLifetime }).cookie
}

/**
 * Milliseconds from now to the end of the session: `cookie.expires` (a Date or a date string) decides, then
 * `cookie.maxAge`, then `fallback`. Zero or less means that the session has expired. Throws `ERR_SESSION_EXPIRES`
 * when `expires` is not a date or `maxAge` is not finite: a guess would end the session early, or keep it for ever.
 */
export function lifetimeOf(cookie: CookieLifetime | null | undefined, fallback: number): number {
  const expires = cookie?.expires
  if (expires !== undefined && expires !== null && expires !== false) {
    const end = expires instanceof Date ? expires : new Date(expires)
    const ms = end.valueOf() - Date.now()
    if (Number.isNaN(ms)) throw new SessionError('ERR_SESSION_EXPIRES', 'cookie.expires is not a date')
    return Math.ceil(ms)
  }
  const maxAge = cookie?.maxAge
  if (typeof maxAge !== 'number') return fallback
  if (!Number.isFinite(maxAge)) throw new SessionError('ERR_SESSION_EXPIRES', 'cookie.maxAge is not finite')
  return Math.ceil(maxAge)
}

/** By how many milliseconds the two may differ, because the clock of the database is another one. */
const CLOCK_SLACK = 100

/** Set `cookie.expires` to the record's expiry. A touch moves that one only; the stored text keeps the expiry of the last write. */
export function showExpiry({ cookie }: DecodedSession, ttl: number): void {
  const { expires } = cookie
  if (expires === null || expires === undefined) return
  const current = Date.now() + ttl
  if (!(Math.abs(new Date(expires).valueOf() - current) <= CLOCK_SLACK))
    cookie.expires = isoText(new Date(current))
}
