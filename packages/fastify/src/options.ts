import type { FetchSessionOptions } from '@coatcheck/session/fetch'
import type { FastifyRequest } from 'fastify'
import type { CookiePrefix } from './web.ts'

/** Options of the plugin `sessions`: those of `session.strict()`, with its defaults. Functions of the request are given Fastify's. */
export interface SessionsOptions extends Omit<FetchSessionOptions<FastifyRequest>, 'secure'> {
  /**
   * What the value of the cookie begins with: `'s:'` as express-session has it, or `''` as @fastify/session has it. Both are read. Default
   * `'s:'`.
   */
  cookiePrefix?: CookiePrefix | undefined
}

/** What is said of options that are not here. */
const ELSEWHERE: Record<string, string> = {
  cookieName: 'The option "cookieName" of @fastify/session is "name" here',
  idGenerator: 'The option "idGenerator" of @fastify/session is "genid" here',
  secure:
    'There is no option "secure": set "trustProxy" of Fastify, which then tells whether a request came over HTTPS',
}

/** The options for `createSessions()`. Throws a TypeError that names the option when one cannot be used. */
export function fetchOptions({
  cookiePrefix,
  ...options
}: SessionsOptions): FetchSessionOptions<FastifyRequest> {
  if (cookiePrefix !== undefined && cookiePrefix !== 's:' && cookiePrefix !== '') {
    throw new TypeError('cookiePrefix option must be "s:" or ""')
  }
  for (const [name, text] of Object.entries(ELSEWHERE)) {
    if (name in options) throw new TypeError(text)
  }
  return { ...options, secure: ({ protocol }) => protocol === 'https' }
}
