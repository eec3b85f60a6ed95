import type { Secret } from '../cookie/secret.ts'
import { type SignedId, verifyCookie } from '../cookie/session-ids.ts'

/** What a transport reads of a request. It is the same through the middleware, `createSessions()` and the adapters. */
export interface TransportRequest {
  readonly method: string
  /** The URL; from the middleware, its path and query. */
  readonly url: string
  readonly headers: { get(name: string): string | null }
}

/** What a transport changes of a response. It is the same through the middleware, `createSessions()` and the adapters. */
export interface TransportResponse {
  readonly headers: {
    set(name: string, value: string): void
    append(name: string, value: string): void
    delete(name: string): void
  }
}

/** How the signed id of a session gets to the client and back, in place of the cookie. */
export interface Transport {
  /** The signed id that the client has sent. An id that no secret has signed counts as none. */
  read(request: TransportRequest): string | null | undefined
  /** Put the signed id into the response: of a new session, and of one whose id or signature has changed. */
  write(response: TransportResponse, id: string): void
  /** Tell the client that its session has ended. */
  clear(response: TransportResponse): void
}

/** The id that the transport has read, if one of the secrets signed it. */
export function readTransport(
  transport: Transport,
  request: TransportRequest,
  secrets: readonly Secret[],
): readonly SignedId[] {
  const value: unknown = transport.read(request)
  const id = typeof value === 'string' ? verifyCookie(value, secrets) : undefined
  return id ? [id] : []
}

/** Put `id` into the response. An empty text tells the client that its session has ended. */
export function writeTransport(transport: Transport, response: TransportResponse, id: string): void {
  if (id) transport.write(response, id)
  else transport.clear(response)
}

/** Throws a TypeError when the option cannot be used. */
export function checkTransport(transport: Partial<Transport> | undefined): void {
  if (transport === undefined) return
  for (const method of ['read', 'write', 'clear'] as const) {
    if (typeof transport?.[method] !== 'function') {
      throw new TypeError(`transport option must have the methods read, write and clear: it has no ${method}`)
    }
  }
}
