import type { ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { parseCookie } from 'cookie'
import createDebug from 'debug'
import depd from 'depd'
import type { Secret } from '../engine/options.ts'
import type { SessionRequest } from '../session/session.ts'
import { signed as sign, verified } from './signatures.ts'

const debug = createDebug('express-session')
const deprecate = depd('express-session')

/** What `cookie-parser` leaves on a request. */
interface ParsedCookies {
  signedCookies?: Record<string, string | false | undefined>
  cookies?: Record<string, string | undefined>
}

/** Of several cookies of one name so many are looked at. */
const CANDIDATES = 4

/**
 * The session ids that the client sent and one of the secrets signed, in their order. There are several when cookies of one name
 * were set for several paths or domains. The wire format is express-session's: `s:`, the id, a dot, and HMAC-SHA256 of the id in
 * base64 without padding.
 */
export function readSessionIds(
  req: SessionRequest & ParsedCookies,
  name: string,
  secrets: readonly Secret[],
): readonly string[] {
  const { cookie } = req.headers
  const first = cookie && verify(unquoted(parseCookie(cookie)[name]), secrets)
  const others = cookie && isRepeated(cookie, name) ? readOthers(cookie, name, secrets) : []
  if (first) return others.length ? [...new Set([first, ...others])] : [first]
  if (others.length) return others

  const parsed = req.signedCookies?.[name] || verify(req.cookies?.[name], secrets)
  if (parsed) deprecate('cookie should be available in req.headers.cookie')
  return parsed ? [parsed] : []
}

function isRepeated(header: string, name: string): boolean {
  const first = header.indexOf(name)
  return first >= 0 && header.indexOf(name, first + name.length) >= 0
}

/** `parseCookie` gives the first of a name; the others are found one cookie at a time. */
function readOthers(header: string, name: string, secrets: readonly Secret[]): string[] {
  const values: (string | undefined)[] = []
  for (const pair of header.split(';')) {
    const value = parseCookie(pair)[name]
    if (value !== undefined) values.push(value)
  }
  const ids = values.slice(1, CANDIDATES).map(value => verify(unquoted(value), secrets))
  return ids.filter(id => id !== undefined)
}

/** A cookie's value may stand in quotes (RFC 6265, section 4.1.1). */
function unquoted(value: string | undefined): string | undefined {
  return value && /^".*"$/s.test(value) ? value.slice(1, -1) : value
}

function verify(value: string | undefined, secrets: readonly Secret[]): string | undefined {
  if (!value) return undefined
  if (!value.startsWith('s:')) {
    debug('the session cookie is not signed')
    return undefined
  }
  const signed = value.slice(2)
  for (const secret of secrets) {
    const id = verified(signed, secret)
    if (id !== undefined) return id
  }
  debug('the signature of the session cookie is not ours')
  return undefined
}

/** The value of the cookie for this id. */
export function signSessionId(id: string, secret: Secret): string {
  return `s:${sign(id, secret)}`
}

/** Add a `Set-Cookie` beside those that are there. */
export function appendSetCookie(res: ServerResponse, value: string): void {
  debug('set-cookie %s', value)
  res.setHeader('Set-Cookie', [...setCookies(res), value])
}

/** Take back a `Set-Cookie` that was added. */
export function removeSetCookie(res: ServerResponse, value: string): void {
  const others = setCookies(res).filter(other => other !== value)
  if (others.length) res.setHeader('Set-Cookie', others)
  else res.removeHeader('Set-Cookie')
}

/** Whether the response sets a cookie of this name already, but for our own. */
export function setsCookie(res: ServerResponse, name: string, own: string | undefined): boolean {
  return setCookies(res).some(value => value !== own && value.startsWith(`${name}=`))
}

function setCookies(res: ServerResponse): string[] {
  const header = res.getHeader('Set-Cookie')
  if (header === undefined) return []
  return Array.isArray(header) ? header : [String(header)]
}

/** Whether the request came over HTTPS, as far as the `proxy` option lets us believe. */
export function isSecure(req: SessionRequest, proxy: boolean | undefined): boolean {
  if ((req.socket as TLSSocket | undefined)?.encrypted) return true
  if (proxy === false) return false
  if (proxy !== true) return req.secure === true
  const header = req.headers['x-forwarded-proto'] ?? ''
  const first = String(header).split(',', 1)[0] ?? ''
  return first.trim().toLowerCase() === 'https'
}

/** The path of the request as it came to the server, before routers cut a mount point off. */
export function pathOf(req: SessionRequest): string {
  const url = req.originalUrl ?? req.url ?? ''
  const absolute = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url)
  return (absolute ? absolute[1] : url.split(/[?#]/, 1)[0]) || '/'
}
