import type { IncomingMessage } from 'node:http'
import depd from 'depd'
import type { CookieOptions } from '../cookie/cookie.ts'
import type { Problem } from '../engine/check-cookie.ts'
import { checkChoice, checkOptions } from '../engine/check-options.ts'
import { ENGINE_OPTIONS, type EngineOptions } from '../engine/options.ts'
import { resolveOptions } from '../engine/resolve-options.ts'
import type { Settings } from '../engine/settings.ts'
import { unknownNames } from '../option-names.ts'
import type { SessionRequest } from '../session/session.ts'
import type { Store } from '../store/store.ts'
import { isSecure } from './request.ts'
import { secureCookieWarning, untrustedProxyWarning } from './secure-cookie-warning.ts'

const deprecate = depd('express-session')

/** A request in the types of whoever has declared what its session is: ours or those of express-session. */
interface AnyRequest extends IncomingMessage {
  // biome-ignore-start lint/suspicious/noExplicitAny: see above
  session: any
  sessionStore: any
  // biome-ignore-end lint/suspicious/noExplicitAny: see above
  sessionID: string
  originalUrl?: string
  secure?: boolean
}

/** A function of a request. As a method, so that it may be typed for the request of a framework: `(req: express.Request) => …`. */
type OfRequest<T> = { of(req: AnyRequest): T }['of']

/** Options of `session()`. Those that express-session has keep its names, defaults and meaning. */
export interface SessionOptions extends EngineOptions<SessionRequest> {
  /** Attributes of the cookie, or a function of the request that gives them. */
  cookie?: CookieOptions | OfRequest<CookieOptions> | undefined
  /** Makes session ids, or promises of them. Default: 24 random bytes, as 32 characters of base64url. */
  genid?: OfRequest<string | Promise<string>> | undefined
  /** An older word for `name`. */
  key?: string | undefined
  /**
   * Whether a request is secure: `true` believes `X-Forwarded-Proto`, `false` looks at the socket only, `undefined` reads
   * Express's `req.secure` too. Default `undefined`.
   */
  proxy?: boolean | undefined
  /** Save the session on each request, changed or not. Default `true`, deprecated: say what you want. */
  resave?: boolean | undefined
  /** Save new sessions that nothing was put in. Default `true`, deprecated: say what you want. */
  saveUninitialized?: boolean | undefined
  /** What `req.session = null` means: leave the stored session alone, or destroy it. Default `'keep'`. */
  unset?: 'keep' | 'destroy' | undefined
}

const NAMES = [...ENGINE_OPTIONS, 'key', 'proxy', 'resave', 'saveUninitialized', 'unset']

/**
 * Check the options and fill in the defaults. Throws a TypeError that names the option when one cannot be used. What express-session
 * accepts, and what works somewhere, is a warning, unless `strict`.
 */
export function settingsOf(
  options: SessionOptions,
  strict: boolean,
  makeStore: () => Store,
): Settings<SessionRequest> {
  const name = options.name || options.key
  checkChoice('unset', options.unset || undefined, ['keep', 'destroy'])
  const problems = [
    ...unknownNames(options, NAMES, 'the session').map(text => ({ kind: 'unknown name', text }) as const),
    ...checkOptions({ ...options, name }),
  ]
  for (const problem of problems) object(problem, strict)
  const { resave, saveUninitialized } = options
  if (resave === undefined) deprecate('undefined resave option; provide resave option')
  if (saveUninitialized === undefined) {
    deprecate('undefined saveUninitialized option; provide saveUninitialized option')
  }
  if (!options.secret) deprecate('req.secret; provide secret option')
  return resolveOptions({ ...options, name }, (options.store as Store | undefined) || makeStore(), {
    resave: resave ?? true,
    saveUninitialized: saveUninitialized ?? true,
    unset: options.unset || 'keep',
    isSecure: req => isSecure(req, options.proxy),
    autoInsecure: options.proxy === undefined ? untrustedProxyWarning() : () => {},
    secureCookieNotSent: secureCookieWarning(name || 'connect.sid'),
  })
}

/** Texts that have been told. */
const warned = new Set<string>()

function object({ kind, text }: Problem, strict: boolean): void {
  const tolerated = kind === 'short secret' ? process.env.NODE_ENV !== 'production' : false
  if (strict && !tolerated) throw new TypeError(text)
  if (warned.has(text)) return
  warned.add(text)
  process.emitWarning(`${text}.`, { code: 'COATCHECK_OPTION' })
}
