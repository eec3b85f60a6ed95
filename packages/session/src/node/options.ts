import type { IncomingMessage } from 'node:http'
import type { CookieOptions } from '../cookie/cookie.ts'
import type { EngineOptions } from '../engine/options.ts'
import type { SessionRequest } from '../session/session.ts'

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
