import type { SessionData } from '@coatcheck/session'

/** Session data with a lifetime in milliseconds, or without an end. */
export function sessionOf(data: object = {}, maxAge?: number): SessionData {
  const expires = maxAge === undefined ? null : new Date(Date.now() + maxAge).toISOString()
  return { cookie: { originalMaxAge: maxAge ?? null, expires, path: '/' }, ...data } as never
}
