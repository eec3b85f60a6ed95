import { SessionError } from '../errors.ts'
import type { DecodedSession } from '../session/codec.ts'

/** One day: the lifetime of a session whose cookie names no end. */
export const DAY = 86_400_000

/** What a lifetime is read from: a `Cookie`, or one that has been through JSON. */
export interface CookieLifetime {
  expires?: Date | string | number | null | false | undefined
  maxAge?: number | null | false | undefined
}

/** The cookie of a session as a store is given it. Other packages write sessions without one. */
export function cookieOf(session: object): CookieLifetime | undefined {
  return (session as { cookie?: CookieLifetime }).cookie
}

/**
 * Milliseconds from now to the end of the session: `cookie.expires` (a Date or a date string) decides, then
 * `cookie.maxAge`, then `fallback`. Zero or less means that the session is over. Throws `ERR_SESSION_EXPIRES`
 * when there is an `expires` that is no date, or a `maxAge` without end: to guess would end a session, or keep it for ever.
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

/** How far `cookie.expires` may be from the clock of the database before it is taken to have been touched. */
const CLOCK_SLACK = 100

/** The stored text keeps the expiry of the last write; a touch moves only that of the record. */
export function showExpiry({ cookie }: DecodedSession, ttl: number): void {
  const { expires } = cookie
  if (expires === null || expires === undefined) return
  const current = Date.now() + ttl
  if (!(Math.abs(new Date(expires).valueOf() - current) <= CLOCK_SLACK))
    cookie.expires = new Date(current).toISOString()
}
