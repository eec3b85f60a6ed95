import { createHash } from 'node:crypto'
import type { SessionData } from '@coatcheck/session'
import { isHashedId, remaining } from '@coatcheck/session/stores'

/** A session as `ls` lists it. */
export interface Listed {
  id: string
  /** ISO 8601, in whole seconds; `null` if the store does not report it. */
  expires: string | null
  /** The rest of the lifetime in milliseconds; `null` if the store does not report it. */
  ttl: number | null
  /** The size of its JSON. */
  bytes: number
  keys: string[]
}

/** Digits of a hash that `ls` shows. */
const DIGITS = 16

/** The expiry in the cookie may differ by this many milliseconds: by two clocks, and by the time of the read. */
const SLACK = 1000

/**
 * An id for output. Anyone who knows an id can act as its user, so the default is the beginning of its hash. `show` and `rm` find the
 * session by the hash, but a browser cannot use it.
 */
export function shownId(sid: string, reveal: boolean): string {
  return reveal || isHashedId(sid) ? sid : digestOf(sid).slice(0, 'sha256:'.length + DIGITS)
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

/** A session for `show`: with its data, or with the names on the first level and the kind of each value. */
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
 * The rest of a lifetime varies with the duration of the read. To show the same expiry each time, this uses the exact expiry in the cookie
 * if it is close enough, and rounds to seconds.
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
