import type { Cookie } from '../cookie/cookie.ts'
import { ignore } from './member.ts'

/** Since when a session exists, and when it ends however much it is used: the option `absoluteTimeout`. Milliseconds since 1970. */
export interface Lifespan {
  readonly created: number
  readonly ends: number
}

/**
 * The key of the data that keeps the lifespan, as `created/ends`. It is in the data, because express-session keeps keys of the data that
 * it does not know, and drops those of the cookie. It is the first key of the text, so that no touch on read matches the text: the
 * database cannot compare the lifespan with the lifetime that the touch would set.
 */
export const LIFESPAN = 'coatcheck.lifespan'

/** The lifespan itself. An application that lets its users choose names of keys cannot reach it. */
const NOTE: unique symbol = Symbol.for('coatcheck.lifespan')

interface Noted {
  [NOTE]: Lifespan
}

const FORM = /^(\d{1,16})\/(\d{1,16})$/

/** The lifespan in the data of a session, stored or live. */
export function lifespanIn(data: object): Lifespan | undefined {
  const noted = lifespanOf(data)
  if (noted) return noted
  const text = (data as { [LIFESPAN]?: unknown })[LIFESPAN]
  const parts = typeof text === 'string' ? FORM.exec(text) : null
  return parts ? { created: Number(parts[1]), ends: Number(parts[2]) } : undefined
}

/** The lifespan that `giveLifespan` has given to a session. */
export function lifespanOf(session: object): Lifespan | undefined {
  return (session as Partial<Noted>)[NOTE]
}

/** The value of the key {@link LIFESPAN} of a live session. */
export function lifespanText(session: object): string | undefined {
  const span = lifespanOf(session)
  return span && `${span.created}/${span.ends}`
}

/** A lifespan of `timeout` milliseconds. */
export function lifespanSince(created: number, timeout: number): Lifespan {
  return { created, ends: Math.min(Math.round(created + timeout), Number.MAX_SAFE_INTEGER) }
}

/**
 * The members that a session with a lifespan has. Assignments to them are ignored: an application that copies all data of a session to
 * another one must not fail.
 */
const MEMBERS: PropertyDescriptorMap & ThisType<Noted> = {
  [LIFESPAN]: { get: textOf, set: ignore, enumerable: true, configurable: true },
  createdAt: { get: createdAt, set: ignore },
  isFresh: { get: () => isFresh, set: ignore },
}

function textOf(this: Noted): string | undefined {
  return lifespanText(this)
}

function createdAt(this: Noted): Date {
  return new Date(this[NOTE].created)
}

function isFresh(this: Noted, ms: number): boolean {
  if (typeof ms !== 'number' || Number.isNaN(ms))
    throw new TypeError('isFresh() needs a number of milliseconds')
  return Date.now() - this[NOTE].created <= ms
}

/** Give `session` a lifespan, or another one. */
export function giveLifespan(session: object, span: Lifespan): void {
  Object.defineProperty(session, NOTE, { value: span, configurable: true })
  Object.defineProperties(session, MEMBERS)
}

/** A session under a new id that goes on with the old one's lifespan. */
export function passOnLifespan(old: object, next: object): void {
  const span = lifespanOf(old)
  if (span) giveLifespan(next, span)
}

/** Another request has read the session first, when it had no lifespan yet: the earlier time counts. */
export function shareLifespan(session: object, stored: object): void {
  const span = lifespanIn(stored)
  const own = lifespanOf(session)
  if (span && own && span.created < own.created) giveLifespan(session, span)
}

/**
 * Give a session that was read the lifespan that it has with this timeout. One that was stored without a lifespan counts from now on.
 * Returns whether the session has to be saved for that.
 */
export function dateSession(session: object, timeout: number | undefined): boolean {
  const known = lifespanIn(session)
  if (timeout === undefined) {
    if (known && !lifespanOf(session)) giveLifespan(session, known)
    return false
  }
  const now = Date.now()
  const span = lifespanSince(Math.min(known?.created ?? now, now), timeout)
  const changed = span.created !== known?.created || span.ends !== known.ends
  if (changed || !lifespanOf(session)) giveLifespan(session, span)
  return changed
}

/** Whether the session in `data` has reached its end. `timeout` counts, or else the end that was stored. */
export function hasEnded(data: object, timeout?: number): boolean {
  const span = lifespanIn(data)
  if (!span) return false
  const ends = timeout === undefined ? span.ends : span.created + timeout
  return Date.now() >= ends
}

/**
 * Before a session is stored or its cookie is sent: the application may have deleted the key, or set a lifetime beyond the end. With a
 * `timeout`, a session that other middleware on the same store has made gets a lifespan.
 */
export function keepLifespan(session: object, timeout?: number): void {
  if (timeout !== undefined && !lifespanOf(session)) dateSession(session, timeout)
  const span = lifespanOf(session)
  if (!span) return
  if (Object.getOwnPropertyDescriptor(session, LIFESPAN)?.get !== textOf)
    Object.defineProperty(session, LIFESPAN, MEMBERS[LIFESPAN] as PropertyDescriptor)
  const { cookie } = session as { cookie: Cookie }
  const { expires, originalMaxAge } = cookie
  if (!expires || !(new Date(expires).valueOf() > span.ends)) return
  cookie.expires = new Date(span.ends)
  cookie.originalMaxAge = originalMaxAge
}

/** At most the milliseconds that the session has left. */
export function capLifetime(session: object, ttl: number): number {
  const span = lifespanIn(session)
  return span ? Math.min(ttl, span.ends - Date.now()) : ttl
}

/** `data` with this lifespan as its first key, if there is one. */
export function withLifespan<D extends object>(data: D, text: unknown): D {
  const { [LIFESPAN]: given, ...rest } = data as { [LIFESPAN]?: unknown }
  return text === undefined || text === given ? data : ({ [LIFESPAN]: text, ...rest } as unknown as D)
}
