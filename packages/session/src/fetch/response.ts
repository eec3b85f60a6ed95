import { type Transport, writeTransport } from '../transport/transport.ts'
import type { ResponseLike } from './fetch-session.ts'

/**
 * `response` with these `Set-Cookie` values. The headers of a response from `Response.redirect` or `fetch` are immutable, so a new
 * response takes over its body.
 */
export function withCookies(response: ResponseLike, values: readonly string[]): ResponseLike {
  const target = mutable(response)
  target.headers.delete('Set-Cookie')
  for (const value of values) target.headers.append('Set-Cookie', value)
  return target
}

/** `response` with these values appended to its headers. */
export function withHeaders(response: ResponseLike, values: ReadonlyMap<string, string>): ResponseLike {
  if (values.size === 0) return response
  const target = mutable(response)
  for (const [name, value] of values) target.headers.append(name, value)
  return target
}

/** `response` with the signed id where the transport puts it. An empty text clears it. */
export function withId(response: ResponseLike, transport: Transport, id: string): ResponseLike {
  const target = mutable(response)
  const { headers } = target
  const set = (name: string, value: string) => {
    headers.delete(name)
    headers.append(name, value)
  }
  const append = headers.append.bind(headers)
  writeTransport(transport, { headers: { set, append, delete: headers.delete.bind(headers) } }, id)
  return target
}

function mutable(response: ResponseLike): ResponseLike {
  return isMutable(response) ? response : copyOf(response as Response)
}

function isMutable({ headers }: ResponseLike): boolean {
  try {
    // No response has this header. Immutable headers throw all the same.
    headers.delete('X-Coatcheck-None')
    return true
  } catch {
    return false
  }
}

function copyOf(response: Response): Response {
  const { status, statusText, body } = response
  return new Response(body, { status, statusText, headers: new Headers(response.headers) })
}
