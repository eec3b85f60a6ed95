import type { FetchSessionOptions } from '@coatcheck/session/fetch'
import type { FastifyRequest } from 'fastify'
import type { CookiePrefix } from './web.ts'

/** Options of the plugin `sessions`: those of `session.strict()`, with its defaults. Functions get Fastify's request. */
export interface SessionsOptions extends Omit<FetchSessionOptions<FastifyRequest>, 'secure'> {
  /**
   * The prefix of the cookie's value: `'s:'`, as with express-session, or `''`, as with @fastify/session. Both are read. Default `'s:'`.
   */
  cookiePrefix?: CookiePrefix | undefined
}

/** The errors for options that do not exist here. */
const ELSEWHERE: Record<string, string> = {
  cookieName: 'The option "cookieName" of @fastify/session is "name" here',
  idGenerator: 'The option "idGenerator" of @fastify/session is "genid" here',
  secure:
    'There is no option "secure": set "trustProxy" of Fastify, so that it knows whether a request came over HTTPS',
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
