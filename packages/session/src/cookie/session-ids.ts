import { parseCookie } from 'cookie'
import { createDebug } from 'obug'
import { publishRejected } from '../events/publish.ts'
import type { Secret } from './secret.ts'
import { knownId, rememberId, signed, verified } from './signatures.ts'

const debug = createDebug('express-session')

/** How many cookies of one name are read at most. */
const CANDIDATES = 4

/** A session id that the client sent, signed by one of the secrets. */
export interface SignedId {
  readonly id: string
  /** Whether an older secret signed it. The first secret signs new cookies. */
  readonly outdated: boolean
  /** Whether it came under the name that the cookie had before. */
  readonly renamed?: boolean
}

/**
 * The session ids in a `Cookie` header that one of the secrets signed, in order and without duplicates. A browser sends several cookies
 * of one name when they were set for several paths or domains. The wire format is express-session's: `s:`, the id, a dot, and
 * HMAC-SHA256 of the id in base64 without padding.
 */
export function readSessionIds(
  header: string | undefined,
  name: string,
  secrets: readonly Secret[],
): readonly SignedId[] {
  if (!header) return []
  const [current] = secrets as readonly [Secret]
  const only = onlyValue(header, name)
  const known = only === undefined ? undefined : knownId(only, current)
  if (known !== undefined) return [{ id: known, outdated: false }]
  const first = verifyCookie(unquoted(parseCookie(header)[name]), secrets)
  const ids = first ? [first] : []
  if (only !== undefined && first && !first.outdated) rememberId(only, first.id, current)
  if (!isRepeated(header, name)) return ids
  for (const other of readOthers(header, name, secrets)) {
    if (!ids.some(({ id }) => id === other.id)) ids.push(other)
  }
  return ids
}

/** The id in the value of a cookie, if one of the secrets signed it. `again`: its rejection was published before. */
export function verifyCookie(
  value: string | undefined,
  secrets: readonly Secret[],
  again = false,
): SignedId | undefined {
  if (!value) return undefined
  if (!value.startsWith('s:')) {
    debug('the session cookie is not signed')
    if (!again) publishRejected('malformed')
    return undefined
  }
  const text = value.slice(2)
  for (let i = 0; i < secrets.length; i++) {
    const id = verified(text, secrets[i] as Secret)
    if (id !== undefined) return { id, outdated: i > 0 }
  }
  debug('no secret has signed the session cookie')
  if (!again) publishRejected('signature')
  return undefined
}

/** The id with its signature, as a transport sends it. */
export function signSessionId(id: string, secret: Secret): string {
  return `s:${signed(id, secret).text}`
}

/** The same as the value of a cookie. */
export function cookieValue(id: string, secret: Secret): string {
  return signed(id, secret).cookie
}

/** The value of the cookie with this name, as it was sent. `undefined` if the name is in another part of the header too. */
function onlyValue(header: string, name: string): string | undefined {
  const at = header.indexOf(name)
  const start = at + name.length + 1
  const begins = at === 0 || header.startsWith('; ', at - 2) || header[at - 1] === ';'
  if (at < 0 || !begins || header[start - 1] !== '=') return undefined
  if (header.indexOf(name, start) >= 0) return undefined
  const end = header.indexOf(';', start)
  return end < 0 ? header.slice(start) : header.slice(start, end)
}

function isRepeated(header: string, name: string): boolean {
  const first = header.indexOf(name)
  return first >= 0 && header.indexOf(name, first + name.length) >= 0
}

/** `parseCookie` returns only the first cookie of a name, so the others are parsed one by one. */
function readOthers(header: string, name: string, secrets: readonly Secret[]): SignedId[] {
  const values: string[] = []
  for (const pair of header.split(';')) {
    const value = parseCookie(pair)[name]
    if (value !== undefined) values.push(value)
  }
  const ids = values.slice(1, CANDIDATES).map(value => verifyCookie(unquoted(value), secrets))
  return ids.filter(id => id !== undefined)
}

/** A cookie's value may be quoted (RFC 6265, section 4.1.1). */
function unquoted(value: string | undefined): string | undefined {
  return value && /^".*"$/s.test(value) ? value.slice(1, -1) : value
}
