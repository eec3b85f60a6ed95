import { SessionError } from '@coatcheck/session'

/** MongoDB allows 100 levels in a document. A few of them are around the session. */
const MAX_DEPTH = 90

/**
 * The text as a document, or `undefined` when a document cannot hold all of it unchanged. `cookie.expires` becomes a date, as in
 * connect-mongo's documents.
 */
function toDocument(json: string): object | undefined {
  const session: unknown = JSON.parse(json)
  if (!isObject(session) || !fits(session)) return undefined
  const { cookie } = session
  if (isObject(cookie) && typeof cookie.expires === 'string') {
    const expires = new Date(cookie.expires)
    if (isoOf(expires) === cookie.expires) cookie.expires = expires
  }
  return session
}

/** A document for the text. If a document cannot hold it, the text. Throws `ERR_SESSION_SERIALIZE` if it is not JSON. */
export function toStored(data: string): unknown {
  try {
    return toDocument(data) ?? data
  } catch {
    throw new SessionError(
      'ERR_SESSION_SERIALIZE',
      'The session cannot be stored as a document, because its codec does not return JSON: set the option "stringify" to true',
    )
  }
}

/** Every form in which stores write this text. */
export function formsOf(text: string): unknown[] {
  try {
    return [text, toDocument(text) ?? text]
  } catch {
    return [text]
  }
}

/** The text of a stored session: a text, or a document of this store or of connect-mongo. */
export function toText(stored: unknown): string {
  return typeof stored === 'string' ? stored : (JSON.stringify(stored) ?? '')
}

/** Throws if the text is only base64 or hexadecimal: then connect-mongo has encrypted it. */
export function refuseEncrypted(text: string): void {
  if (text.length < 16 || !/^[A-Za-z0-9+/_-]+=*$/.test(text)) return
  throw new SessionError(
    'ERR_SESSION_CORRUPT',
    'The stored session is encrypted, probably by the option "crypto" or "cryptoAdapter" of connect-mongo: the option "codec" must be able to read it',
  )
}

/** A filter for a text that begins with this prefix, or for a document whose cookie has the same values. */
export function beginning(prefix: string): object {
  const [, number] = /:(\d+),$/.exec(prefix) ?? []
  const text = { session: { $regex: `^${prefix.replace(/[^\w":,]/g, '\\$&')}` } }
  // The condition `null` also matches a missing field.
  const document = { 'session.cookie.originalMaxAge': number ? Number(number) : { $type: 'null' } }
  return { $or: [text, document] }
}

/**
 * Whether a document can hold the value: MongoDB and its driver treat some keys as operators, paths or types, and drop others. They
 * replace lone surrogates.
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
