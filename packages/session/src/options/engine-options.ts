import type { Conflict, ConflictInfo } from '../concurrency/conflict.ts'
import type { CookieOptions } from '../cookie/cookie.ts'
import type { Secret } from '../cookie/secret.ts'
import type { DbscOptions } from '../dbsc/options.ts'
import type { Store } from '../store/store.ts'
import type { Transport } from '../transport/transport.ts'

/** A store of another package: the methods that the middleware calls. */
export interface ForeignStore {
  // biome-ignore-start lint/suspicious/noExplicitAny: each package has types of its own for sessions and callbacks
  get(sid: string, callback: any): unknown
  set(sid: string, session: any, callback?: any): unknown
  destroy(sid: string, callback?: any): unknown
  // biome-ignore-end lint/suspicious/noExplicitAny: see above
}

/** An option, or a function of the request that returns it. It throws an error to fail the request. */
export type ByRequest<T, Req> = T | ((req: Req) => T)

/** Whether an option is a function of the request. A store may be a function too. */
export function isOfRequest(option: unknown): option is (req: never) => unknown {
  return typeof option === 'function' && typeof (option as { on?: unknown }).on !== 'function'
}

/** Options of both doors. `Req` is the request that the application's own functions are given. */
export interface EngineOptions<Req> {
  /** Signs the cookie. Of several secrets the first one signs, and all verify. May be a function of the request, for tenants. */
  secret?: ByRequest<Secret | readonly Secret[], Req> | undefined
  /**
   * Where sessions are kept. May be a function of the request, for tenants: it returns the same object for the same tenant. Default: a new
   * `MemoryStore`, for development.
   */
  store?: ByRequest<Store | ForeignStore, Req> | undefined
  /** Attributes of the cookie, or a function of the request that returns them. */
  cookie?: CookieOptions | ((req: Req) => CookieOptions) | undefined
  /**
   * Name of the cookie, or a function of the request that returns it. Default `'connect.sid'`; in `strict()` and the fetch door, over HTTPS,
   * `'__Host-sid'`.
   */
  name?: ByRequest<string, Req> | undefined
  /**
   * Carries the session's id in place of the cookie, for clients that keep no cookies. `bearer()` is ready-made. No cookie is read or sent
   * then. Default: none.
   */
  transport?: Transport | undefined
  /** Makes session ids, or promises of them. Default: 24 random bytes, as 32 characters of base64url. */
  genid?: ((req: Req) => string | Promise<string>) | undefined
  /** Send the cookie on each response. Default `false`. */
  rolling?: boolean | undefined
  /**
   * What a failed save at the end of a request does. `'continue'` sends the response, and then passes the error on. `'error'` replaces the
   * response by the error, unless some of it was sent or its status is 5xx. A failed touch never replaces a response. Default `'continue'`.
   */
  onSaveError?: 'continue' | 'error' | undefined
  /**
   * What a request does when the store is unavailable (it has emitted `disconnect`, or a read fails): `'skip'` goes on without a
   * session, `'error'` fails the request, and a function of error and request chooses between them. Default: as express-session, which
   * skips while disconnected and fails when a read fails.
   */
  onStoreUnavailable?: 'skip' | 'error' | ((error: Error, req: Req) => 'skip' | 'error') | undefined
  /**
   * What a request does when the stored data cannot be decoded (another codec, a lost key, damage): `'error'` fails the request,
   * `'new'` calls `onError` and begins a new session. Default `'error'`.
   */
  onCorrupt?: 'new' | 'error' | undefined
  /** Milliseconds that the store has to answer. After that a call fails with `ERR_SESSION_STORE_TIMEOUT`. Default `0`: no limit. */
  storeTimeout?: number | undefined
  /**
   * Milliseconds from `session.createdAt` after which a session ends, however much it is used. Adds `createdAt` and `isFresh(ms)` to the
   * session, which are then reserved names. Default: no end.
   */
  absoluteTimeout?: number | undefined
  /**
   * How many sessions an owner may have at a time. Needs a store with the option `owner`. A login over the limit does what `onOwnerLimit`
   * says. Default: no limit.
   */
  maxPerOwner?: number | undefined
  /**
   * What a login does when its owner has `maxPerOwner` sessions: `'end-oldest'` ends the oldest one, `'refuse'` fails with
   * `ERR_SESSION_OWNER_LIMIT`. Default `'end-oldest'`.
   */
  onOwnerLimit?: 'end-oldest' | 'refuse' | undefined
  /**
   * Bind sessions to the device: browsers with Device Bound Session Credentials prove it, others notice nothing. Adds `session.bound`. Needs a
   * store with the method `update`. Default: off.
   */
  dbsc?: DbscOptions<Req> | undefined
  /** Requests without a session, such as health checks: a function of the request. The store is not called for them. Default: none. */
  skip?: ((req: Req) => boolean) | undefined
  /**
   * Whether a request extends its session, or a function of the request. `false` is for polling and bots. Changes are still saved; if
   * the cookie has no `maxAge`, a save does extend the session. Default `true`.
   */
  touch?: boolean | ((req: Req) => boolean) | undefined
  /** Do not touch a session whose expiry was moved less than this many milliseconds ago. Default `0`: touch on each request. */
  touchAfter?: number | undefined
  /**
   * Whether a response that sets no cookie waits for the touch at its end. `false` sends it while the store works: a failed touch goes
   * to `onError`. If the process is ended or frozen right then, the touch is lost and the expiry has not moved. Default `true`.
   */
  awaitTouch?: boolean | undefined
  /** Remove the cookie from the browser when the session was destroyed. Default `false`; with a `transport`, `true`. */
  clearCookie?: boolean | undefined
  /**
   * Keep the session cookie out of shared caches: a response that sends it gets `Cache-Control: no-cache="Set-Cookie"` and `Vary: Cookie`,
   * beside what the application has set. With a `transport`, it gets `Cache-Control: no-store`. Default `false`.
   */
  cacheHeaders?: boolean | undefined
  /** Treat a new `cookie.maxAge` or `cookie.expires` as a change of the session: save it and send the cookie. Default `false`. */
  saveCookieChanges?: boolean | undefined
  /** What a save does when another request has changed the session meanwhile. Default `'overwrite'`. */
  conflict?: Conflict | undefined
  /** Called after a save with `conflict: 'merge'` if this request and another one have changed the same keys. */
  onConflict?: ((conflict: ConflictInfo, req: Req) => void) | undefined
  /**
   * Called with failures that nothing else may report: rejected promises of the session's methods, awaited or not, a failed save when
   * the response cannot be replaced, a failed touch, and changes that were dropped because the session is gone.
   */
  onError?: ((error: Error, req: Req) => void) | undefined
}

/** Defaults of `session.strict()` and of the fetch door, for applications that need not keep express-session's behaviour. */
export const STRICT = {
  onSaveError: 'error',
  onStoreUnavailable: 'error',
  onCorrupt: 'new',
  storeTimeout: 10_000,
  clearCookie: true,
  cacheHeaders: true,
  saveCookieChanges: true,
  conflict: 'merge',
} as const

/** Cookie defaults of `session.strict()` and of the fetch door. */
export const STRICT_COOKIE: CookieOptions = { sameSite: 'lax', secure: 'auto' }

/** The same for `partitioned: true`. */
const PARTITIONED: CookieOptions = { sameSite: 'none', secure: true }

/** `options` with `defaults`. An option that is `undefined` counts as not given. */
export function withDefaults<O extends object>(defaults: Partial<O>, options: O): O {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(given) } as O
}

/** The option `cookie` with the defaults of `session.strict()`. */
export function strictCookie<Req>(cookie: EngineOptions<Req>['cookie']): EngineOptions<Req>['cookie'] {
  if (typeof cookie !== 'function') return withStrict(cookie)
  return (req: Req): CookieOptions => withStrict(cookie(req))
}

/** Browsers keep a partitioned cookie only if it is secure, and send it to a page in a frame only with `SameSite=None`. */
function withStrict(cookie: CookieOptions | undefined): CookieOptions {
  return cookie?.partitioned ? { ...PARTITIONED, ...cookie } : { ...STRICT_COOKIE, ...cookie }
}

/** Names of the options above. */
export const ENGINE_OPTIONS: readonly (keyof EngineOptions<never>)[] = [
  'secret',
  'store',
  'cookie',
  'name',
  'transport',
  'genid',
  'rolling',
  'onSaveError',
  'onStoreUnavailable',
  'onCorrupt',
  'storeTimeout',
  'absoluteTimeout',
  'maxPerOwner',
  'onOwnerLimit',
  'dbsc',
  'skip',
  'touch',
  'touchAfter',
  'awaitTouch',
  'clearCookie',
  'cacheHeaders',
  'saveCookieChanges',
  'conflict',
  'onConflict',
  'onError',
]
