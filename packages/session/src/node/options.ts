import type { IncomingMessage } from 'node:http'
import type { CookieOptions } from '../cookie/cookie.ts'
import type { Secret } from '../cookie/secret.ts'
import type { EngineOptions, ForeignStore } from '../options/engine-options.ts'
import type { SessionRequest } from '../session/session.ts'
import type { Store } from '../store/store.ts'

/** A request whose session may have the type of this package or that of express-session. */
interface RequestWithSession extends IncomingMessage {
  // biome-ignore-start lint/suspicious/noExplicitAny: see above
  session: any
  sessionStore: any
  // biome-ignore-end lint/suspicious/noExplicitAny: see above
  sessionID: string
  originalUrl?: string
  secure?: boolean
}

/** A function of a request. It is typed as a method, so that it may take a framework's request: `(req: express.Request) => …`. */
type OfRequest<T> = { of(req: RequestWithSession): T }['of']

/** Options of `session()`. Those of express-session keep their names, defaults and meaning. */
export interface SessionOptions extends EngineOptions<SessionRequest> {
  /** Signs the cookie. Of several secrets the first one signs, and all verify. May be a function of the request, for tenants. */
  secret?: Secret | readonly Secret[] | OfRequest<Secret | readonly Secret[]> | undefined
  /**
   * Where sessions are kept. May be a function of the request, for tenants: it returns the same object for the same tenant. Default: a new
   * `MemoryStore`, for development.
   */
  store?: Store | ForeignStore | OfRequest<Store | ForeignStore> | undefined
  /** Name of the cookie. Default `'connect.sid'`; in `strict()`, over HTTPS, `'__Host-sid'`. */
  name?: string | OfRequest<string> | undefined
  /** Attributes of the cookie, or a function of the request that returns them. */
  cookie?: CookieOptions | OfRequest<CookieOptions> | undefined
  /** Requests without a session. Default: none. */
  skip?: OfRequest<boolean> | undefined
  /** Whether a request extends its session. Default `true`. */
  touch?: boolean | OfRequest<boolean> | undefined
  /** Makes session ids, or promises of them. Default: 24 random bytes, as 32 characters of base64url. */
  genid?: OfRequest<string | Promise<string>> | undefined
  /** An older name of the option `name`. */
  key?: string | undefined
  /**
   * How to decide whether a request came over HTTPS: `true` trusts `X-Forwarded-Proto`, `false` looks at the socket only, `undefined`
   * reads Express's `req.secure` too. Default `undefined`.
   */
  proxy?: boolean | undefined
  /** Save the session on each request, changed or not. Default `true`; relying on the default is deprecated. */
  resave?: boolean | undefined
  /** Save new sessions that have no data. Default `true`; relying on the default is deprecated. */
  saveUninitialized?: boolean | undefined
  /** What `req.session = null` does: `'keep'` leaves the stored session unchanged, `'destroy'` destroys it. Default `'keep'`. */
  unset?: 'keep' | 'destroy' | undefined
}
