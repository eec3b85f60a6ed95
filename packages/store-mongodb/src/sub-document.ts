import { SessionError } from '@coatcheck/session'

/** MongoDB has documents of at most 100 levels; a few are around the session. */
const MAX_DEPTH = 90

/**
 * The text as a document, or `undefined` when a document could not hold all of it as it is. `cookie.expires` becomes a date, as in
 * connect-mongo's documents.
 */
export function toDocument(json: string): object | undefined {
  const session: unknown = JSON.parse(json)
  if (!isObject(session) || !fits(session)) return undefined
  const { cookie } = session
  if (isObject(cookie) && typeof cookie.expires === 'string') {
    const expires = new Date(cookie.expires)
    if (isoOf(expires) === cookie.expires) cookie.expires = expires
  }
  return session
}

/** The text of what is stored: a text, or a document of ours or of connect-mongo. */
export function toText(stored: unknown): string {
  return typeof stored === 'string' ? stored : (JSON.stringify(stored) ?? '')
}

/** Throws for a text that is base64 or hexadecimal and nothing else: connect-mongo has encrypted it. */
export function refuseEncrypted(text: string): void {
  if (text.length < 16 || !/^[A-Za-z0-9+/_-]+=*$/.test(text)) return
  throw new SessionError(
    'ERR_SESSION_CORRUPT',
    'The stored session is encrypted, as by the options "crypto" and "cryptoAdapter" of connect-mongo: the option "codec" must be one that reads this',
  )
}

/** A filter for what is stored as a text that begins so, or as a document with the same in its cookie. */
export function beginning(prefix: string): object {
  const [, number] = /:(\d+),$/.exec(prefix) ?? []
  const text = { session: { $regex: `^${prefix.replace(/[^\w":,]/g, '\\$&')}` } }
  // A condition of `null` is met by what is not there, too.
  const document = { 'session.cookie.originalMaxAge': number ? Number(number) : { $type: 'null' } }
  return { $or: [text, document] }
}

/**
 * No keys that are operators, paths or types to MongoDB or to its driver, none that it does not keep, and no lone surrogates, which
 * it would replace.
 */
function fits(value: unknown, depth = 1): boolean {
  if (typeof value === 'string') return isWellFormed(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth > MAX_DEPTH) return false
  if (Array.isArray(value)) return value.every(item => fits(item, depth + 1))
  return Object.entries(value).every(
    ([key, item]) => isWellFormed(key) && !/^$|^\$|[.\0]|^_bsontype$/.test(key) && fits(item, depth + 1),
  )
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isoOf(date: Date): string | undefined {
  return Number.isNaN(date.valueOf()) ? undefined : date.toISOString()
}
