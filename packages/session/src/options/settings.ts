import type { Availability } from '../calls/availability.ts'
import type { ConcurrencySettings } from '../concurrency/settings.ts'
import type { Cookie, CookieOptions } from '../cookie/cookie.ts'
import type { Secret } from '../cookie/secret.ts'
import type { Dbsc } from '../dbsc/options.ts'
import type { OwnerLimit } from '../owners/owner-limit.ts'
import type { Store } from '../store/store.ts'
import type { Transport } from '../transport/transport.ts'
import { warnOfRejected } from './check-cookie.ts'
import type { EngineOptions } from './engine-options.ts'

/** The options of a door with defaults filled in. `Req` is the request that the application's own functions are given. */
// biome-ignore lint/suspicious/noExplicitAny: the engine hands requests on and does not look at them
export interface Settings<Req = any> extends ConcurrencySettings {
  readonly secrets: readonly Secret[] | undefined
  readonly store: Store
  readonly availability: Availability
  /** Whether the store had a method `touch` when the settings were made. */
  readonly touches: boolean
  /** Requests without a session. */
  readonly skip: ((req: Req) => boolean) | undefined
  /** Whether a request extends its session. */
  readonly renews: boolean
  /** A read may touch sessions with this lifetime in milliseconds, or without an expiry (`null`); `undefined`: none. */
  readonly renew: number | null | undefined
  readonly cookie: CookieOptions | ((req: Req) => CookieOptions)
  readonly name: string
  /** A name that the cookie had before, if it is read as well. Then it is sent again under the new one. */
  readonly oldName?: string | undefined
  /** Carries the id in place of the cookie. Only the doors call it. */
  readonly transport: Transport | undefined
  /** Device-bound sessions. */
  readonly dbsc: Dbsc<Req> | undefined
  readonly genid: (req: Req) => string | Promise<string>
  readonly resave: boolean
  readonly saveUninitialized: boolean
  readonly rolling: boolean
  readonly unset: 'keep' | 'destroy'
  readonly onSaveError: 'continue' | 'error'
  readonly onStoreUnavailable: EngineOptions<Req>['onStoreUnavailable']
  readonly storeTimeout: number
  readonly touchAfter: number
  /** How many sessions an owner may have. */
  readonly ownerLimit: OwnerLimit | undefined
  readonly awaitTouch: boolean
  readonly clearCookie: boolean
  readonly cacheHeaders: boolean
  /** Whether the cookie has `Max-Age` beside `Expires`. */
  readonly sendsMaxAge: boolean
  readonly saveCookieChanges: boolean
  readonly onConflict: EngineOptions<Req>['onConflict']
  readonly onError: EngineOptions<Req>['onError']
  readonly onCorrupt: 'new' | 'error'
  /** Whether a request came over HTTPS. */
  isSecure(req: Req): boolean
  /** Called when the cookie is not made secure (`secure: 'auto'`), because the request did not come over HTTPS. */
  autoInsecure(req: Req): void
  /** Called when the secure cookie of this name is not sent because the request did not come over HTTPS. */
  secureCookieNotSent(req: Req, name: string): void
}

/** The cookie's attributes for this request. */
export function cookieOptions<Req>({ cookie }: Settings<Req>, req: Req): CookieOptions {
  return typeof cookie === 'function' ? cookie(req) : cookie
}

/** Replace `'auto'` by its meaning for this request. */
export function resolveAuto<Req>(
  cookie: Cookie,
  options: CookieOptions,
  settings: Settings<Req>,
  req: Req,
): void {
  if (options.secure !== 'auto' && options.sameSite !== 'auto') return
  const secure = settings.isSecure(req)
  if (!secure) settings.autoInsecure(req)
  if (options.secure === 'auto') cookie.secure = secure
  if (options.sameSite === 'auto') cookie.sameSite = secure ? 'none' : 'lax'
  // Requests may have settings of their own. The cookie option is that of the middleware.
  if (!secure) warnOfRejected(settings.cookie, settings.name, cookie as CookieOptions)
}
