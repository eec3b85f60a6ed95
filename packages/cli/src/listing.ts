import { createHash } from 'node:crypto'
import type { SessionData } from '@coatcheck/session'
import { remaining } from '@coatcheck/session/stores'

/** A session as `ls` lists it. */
export interface Listed {
  id: string
  /** ISO 8601, in whole seconds; `null` if the store does not tell. */
  expires: string | null
  /** Milliseconds that are left; `null` if the store does not tell. */
  ttl: number | null
  /** The size of its JSON. */
  bytes: number
  keys: string[]
}

/** Digits of a hash that `ls` shows. */
const DIGITS = 16

/** Two clocks, and the way from the database, in milliseconds. */
const SLACK = 1000

/**
 * An id as it is shown. Whoever knows an id can act as its user, so the default is the beginning of its hash: `show` and `rm` find the
 * session by it, but a browser cannot use it.
 */
export function shownId(sid: string, reveal: boolean): string {
  return reveal ? sid : digestOf(sid).slice(0, 'sha256:'.length + DIGITS)
}

export function digestOf(sid: string): string {
  return `sha256:${createHash('sha256').update(sid).digest('hex')}`
}

export function listed(sid: string, session: SessionData, reveal: boolean): Listed {
  const ttl = remaining(session)
  return {
    id: shownId(sid, reveal),
    expires: ttl === undefined ? null : expiryOf(session, ttl),
    ttl: ttl ?? null,
    bytes: Buffer.byteLength(JSON.stringify(session)),
    keys: Object.keys(session).filter(key => key !== 'cookie'),
  }
}

/** A session as `show` shows it: with its data, or with the names of the first level and what kind of value each has. */
export function shownSession(
  session: SessionData,
  { expires }: Listed,
  reveal: boolean,
): Record<string, unknown> {
  const { cookie, ...data } = session as SessionData & { cookie?: { expires?: unknown } }
  const shownCookie = cookie?.expires && expires ? { ...cookie, expires } : cookie
  const kinds = Object.entries(data).map(([key, value]) => [key, kindOf(value)])
  return { cookie: shownCookie, ...(reveal ? data : Object.fromEntries(kinds)) }
}

/**
 * What is left of a session varies by the time that a read takes. So that a session shows the same expiry each time, the exact one in
 * its cookie is taken where it fits, and fractions of seconds are left out.
 */
function expiryOf(session: SessionData, ttl: number): string {
  const end = Date.now() + ttl
  const { expires } = (session.cookie ?? {}) as { expires?: unknown }
  const exact = expires ? new Date(expires as string).valueOf() : Number.NaN
  const shown = Math.abs(exact - end) <= SLACK ? exact : end
  return new Date(Math.round(shown / 1000) * 1000).toISOString()
}

function kindOf(value: unknown): string | null {
  if (value === null) return null
  if (typeof value === 'string') return `<text of ${value.length}>`
  if (Array.isArray(value)) return `<list of ${value.length}>`
  if (typeof value === 'object') return `<object of ${Object.keys(value).length}>`
  return `<${typeof value}>`
}
