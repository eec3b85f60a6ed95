import { loadedOf } from '../session/loaded.ts'
import type { Session } from '../session/session.ts'
import type { Store } from '../store/store.ts'

/** The full lifetime of a session in milliseconds; `undefined` when neither its cookie nor the store has one. */
export function fullLifetime({ cookie }: Session, store: Store): number | undefined {
  return cookie.originalMaxAge ?? (store as { ttl?: number }).ttl
}

/** Milliseconds since the last touch of a session that was just read; `Infinity` when that is not known. */
export function sinceLastTouch(session: Session, store: Store): number {
  const { expires } = session.cookie
  const shown = expires instanceof Date ? expires.valueOf() - Date.now() : Number.NaN
  const age = (fullLifetime(session, store) ?? Number.NaN) - (loadedOf(session)?.ttl ?? shown)
  return Number.isNaN(age) ? Number.POSITIVE_INFINITY : age
}

/** The rest of the lifetime of a session that was just read, in milliseconds; 0 when that is not known. */
export function remaining(session: Session): number {
  const { expires } = session.cookie
  const shown = expires instanceof Date ? expires.valueOf() - Date.now() : 0
  return loadedOf(session)?.ttl ?? shown
}

/**
 * A store that keeps the expiry in the data returns that of the last write. Touches have moved the real expiry since. Returns whether the
 * lifetime was restarted for that.
 */
export function restartIfPast(session: Session): boolean {
  const { originalMaxAge, expires } = session.cookie
  if (typeof originalMaxAge !== 'number' || originalMaxAge <= 0) return false
  if (!(expires instanceof Date && expires.valueOf() <= Date.now())) return false
  session.resetMaxAge()
  return true
}
