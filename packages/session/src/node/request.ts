import type { TLSSocket } from 'node:tls'
import depd from 'depd'
import type { Secret } from '../cookie/secret.ts'
import { type SignedId, verifyCookie } from '../cookie/session-ids.ts'
import { cookieIds } from '../engine/host-name.ts'
import type { Settings } from '../options/settings.ts'
import type { SessionRequest } from '../session/session.ts'
import { readTransport, type TransportRequest } from '../transport/transport.ts'

const deprecate = depd('express-session')

/** The properties that `cookie-parser` sets on a request. */
interface ParsedCookies {
  secret?: Secret
  signedCookies?: Record<string, string | false | undefined>
  cookies?: Record<string, string | undefined>
}

/**
 * The verified session ids of a request: those in its Cookie header, or else the one that `cookie-parser` has parsed. With a transport:
 * the one that it reads.
 */
export function sessionIdsOf(
  req: SessionRequest & ParsedCookies,
  settings: Settings<SessionRequest>,
  secrets: readonly Secret[],
): readonly SignedId[] {
  const { name, transport } = settings
  if (transport) return readTransport(transport, requestFor(req), secrets)
  const ids = cookieIds(req.headers.cookie, settings, secrets)
  if (ids.length > 0) return ids
  const verified = req.signedCookies?.[name]
  const again = req.headers.cookie?.includes(name)
  const parsed = verified
    ? { id: verified, outdated: false }
    : verifyCookie(req.cookies?.[name], secrets, again)
  if (parsed) deprecate('cookie should be available in req.headers.cookie')
  return parsed ? [parsed] : []
}

function requestFor(req: SessionRequest): TransportRequest {
  return {
    method: req.method ?? 'GET',
    url: req.originalUrl ?? req.url ?? '/',
    headers: { get: name => headerOf(req, name.toLowerCase()) ?? null },
  }
}

/** A header by its name in lower case. */
export function headerOf(req: SessionRequest, name: string): string | undefined {
  return req.headers[name]?.toString()
}

/** The secret that `cookie-parser` sets on the request. */
export function secretsOf(req: SessionRequest & ParsedCookies): readonly Secret[] | undefined {
  return req.secret ? [req.secret] : undefined
}

/** Whether the request came over HTTPS. The option `proxy` decides which sources are trusted. */
export function isSecure(req: SessionRequest, proxy: boolean | undefined): boolean {
  if (isEncrypted(req)) return true
  if (proxy === false) return false
  if (proxy !== true) return req.secure === true
  const header = req.headers['x-forwarded-proto'] ?? ''
  const first = String(header).split(',', 1)[0] ?? ''
  return first.trim().toLowerCase() === 'https'
}

/** Whether the connection to this server is encrypted. */
export function isEncrypted(req: SessionRequest): boolean {
  return Boolean((req.socket as TLSSocket | undefined)?.encrypted)
}

/** The path of the request at the server, before a router has removed its mount point. */
export function pathOf(req: SessionRequest): string {
  const url = req.originalUrl ?? req.url ?? ''
  const absolute = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url)
  return (absolute ? absolute[1] : url.split(/[?#]/, 1)[0]) || '/'
}
