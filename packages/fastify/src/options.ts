import type { ConflictInfo, CookieOptions } from '@coatcheck/session'
import { checkOptionNames } from '@coatcheck/session'
import type { FetchSessionOptions } from '@coatcheck/session/fetch'
import type { FastifyRequest } from 'fastify'
import { type CookiePrefix, originOf } from './web.ts'

/** Functions of a request, which are given Fastify's here. */
type Functions = 'cookie' | 'genid' | 'onStoreUnavailable' | 'onConflict' | 'onError'

/** Options of the plugin `sessions`: those of `session.strict()`, with its defaults, where functions of a request are given Fastify's. */
export interface SessionsOptions extends Omit<FetchSessionOptions, 'secure' | Functions> {
  /** Attributes of the cookie, or a function of the request that gives them. Default `{ sameSite: 'lax', secure: 'auto' }` and yours. */
  cookie?: CookieOptions | ((request: FastifyRequest) => CookieOptions) | undefined
  /**
   * What the value of the cookie begins with: `'s:'` as express-session has it, or `''` as @fastify/session has it. Both are read. Default
   * `'s:'`.
   */
  cookiePrefix?: CookiePrefix | undefined
  /** Makes session ids, or promises of them. Default: 24 random bytes, as 32 characters of base64url. */
  genid?: ((request: FastifyRequest) => string | Promise<string>) | undefined
  /**
   * What happens while the store is away: `'skip'` goes on without a session, `'error'` fails the request, a function of error and request
   * chooses. Default `'error'`.
   */
  onStoreUnavailable?:
    | 'skip'
    | 'error'
    | ((error: Error, request: FastifyRequest) => 'skip' | 'error')
    | undefined
  /** Called after a save with `conflict: 'merge'` when this request and another one have changed the same keys. */
  onConflict?: ((conflict: ConflictInfo, request: FastifyRequest) => void) | undefined
  /** Called with failures that nobody else may hear of, such as that of a touch. */
  onError?: ((error: Error, request: FastifyRequest) => void) | undefined
}

const FUNCTIONS: readonly Functions[] = ['cookie', 'genid', 'onStoreUnavailable', 'onConflict', 'onError']

const NAMES: readonly string[] = [
  ...FUNCTIONS,
  'secret',
  'store',
  'name',
  'cookiePrefix',
  'rolling',
  'onSaveError',
  'onCorrupt',
  'storeTimeout',
  'touchAfter',
  'awaitTouch',
  'clearCookie',
  'saveCookieChanges',
  'conflict',
]

/** What @fastify/session calls these options. */
const RENAMED: Record<string, string> = { cookieName: 'name', idGenerator: 'genid' }

/** The options for `createSessions()`. Throws a TypeError that names the option when one cannot be used. */
export function fetchOptions({ cookiePrefix, ...options }: SessionsOptions): FetchSessionOptions {
  if (cookiePrefix !== undefined && cookiePrefix !== 's:' && cookiePrefix !== '') {
    throw new TypeError('cookiePrefix option must be "s:" or ""')
  }
  checkNames(options)
  const given: Record<string, unknown> = { ...options }
  for (const name of FUNCTIONS) {
    const option = options[name] as unknown
    if (typeof option === 'function') {
      given[name] = (...args: unknown[]) => option(...args.map(originOf))
    }
  }
  const secure = (request: Request) => (originOf(request) as FastifyRequest).protocol === 'https'
  return { ...given, secure } as FetchSessionOptions
}

function checkNames(options: object): void {
  for (const [theirs, ours] of Object.entries(RENAMED)) {
    if (theirs in options) throw new TypeError(`The option "${theirs}" of @fastify/session is "${ours}" here`)
  }
  checkOptionNames(options, NAMES, '@coatcheck/fastify')
}
