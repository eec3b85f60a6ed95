import type { ResponseLike } from './fetch-session.ts'

/**
 * `response` with these `Set-Cookie` values. The headers of a response from `Response.redirect` or `fetch` are immutable, so a new
 * response takes over its body.
 */
export function withCookies(response: ResponseLike, values: readonly string[]): ResponseLike {
  const target = isMutable(response) ? response : copyOf(response as Response)
  target.headers.delete('Set-Cookie')
  for (const value of values) target.headers.append('Set-Cookie', value)
  return target
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
