import type { KeyObject } from 'node:crypto'
import depd from 'depd'
import { type Tombstones, tombstonesOf } from '../concurrency/tombstones.ts'
import type { CookieOptions } from '../cookie/cookie.ts'
import type { SessionRequest } from '../session/session.ts'
import { randomId } from '../session/session-id.ts'
import type { Store } from '../store/store.ts'

const deprecate = depd('express-session')

/** A key of HMAC-SHA256. */
export type Secret = string | Buffer | Uint8Array | KeyObject

/**
 * What happens to a save when another request has written the session since this one read it (stores of the family only):
 *
 * - `'overwrite'`: this request's data replaces the other's.
 * - `'merge'`: the top-level keys that this request has set or deleted are applied to the other's data.
 * - `'error'`: the save fails with `ERR_SESSION_CHANGED`.
 * - a function of the data as read, as this request has it and as the other has stored it: gives the data to save.
 *
 * Whatever it is, a session destroyed meanwhile stays destroyed.
 */
export type Conflict = 'overwrite' | 'merge' | 'error' | ConflictResolver
/** Sessions as plain data, without their cookies. */
export type ConflictResolver = (base: Data, mine: Data, theirs: Data) => Data | Promise<Data>
export type Data = Record<string, unknown>

/** What `onConflict` hears. No values: they are session data. */
export interface ConflictInfo {
  /** The top-level keys that both requests have changed. This request's values were saved, the other's are lost. */
  readonly keys: readonly string[]
}

/** A store of another package: what the middleware calls, whatever else its types say. */
export interface ForeignStore {
  // biome-ignore-start lint/suspicious/noExplicitAny: each package has types of its own for sessions and callbacks
  get(sid: string, callback: any): unknown
  set(sid: string, session: any, callback?: any): unknown
  destroy(sid: string, callback?: any): unknown
  // biome-ignore-end lint/suspicious/noExplicitAny: see above
}

/** Options of `session()`. Those that express-session has keep its names, defaults and meaning. */
export interface SessionOptions {
  /** Signs the cookie: the first of several signs, all verify. Without it `req.secret` is used, which is deprecated. */
  secret?: Secret | readonly Secret[] | undefined
  /** Where sessions are kept. Default: a new `MemoryStore`, for development. */
  store?: Store | ForeignStore | undefined
  /** Attributes of the cookie, or a function of the request that gives them. */
  cookie?: CookieOptions | ((req: SessionRequest) => CookieOptions) | undefined
  /** Name of the cookie. Default `'connect.sid'`. */
  name?: string | undefined
  /** An older word for `name`. */
  key?: string | undefined
  /** Makes session ids, or promises of them. Default: 24 random bytes, as 32 characters of base64url. */
  genid?: ((req: SessionRequest) => string | Promise<string>) | undefined
  /**
   * Whether a request is secure: `true` believes `X-Forwarded-Proto`, `false` looks at the socket only, `undefined` asks
   * Express's `req.secure` too. Default `undefined`.
   */
  proxy?: boolean | undefined
  /** Save the session on each request, changed or not. Default `true`, deprecated: say what you want. */
  resave?: boolean | undefined
  /** Save new sessions that nothing was put in. Default `true`, deprecated: say what you want. */
  saveUninitialized?: boolean | undefined
  /** Send the cookie on each response. Default `false`. */
  rolling?: boolean | undefined
  /** What `req.session = null` means: leave the stored session alone, or destroy it. Default `'keep'`. */
  unset?: 'keep' | 'destroy' | undefined

  /** What a store's failure at the end of a request does: `'continue'` sends the response and then calls `next(error)`; `'error'`
   * calls `next(error)` in place of the response, unless some of it has been sent or its status is 5xx. Default `'continue'`. */
  onSaveError?: 'continue' | 'error' | undefined
  /**
   * What happens while the store is away (it has emitted `disconnect`, or reading fails): `'skip'` goes on without `req.session`,
   * `'error'` calls `next(error)`, a function of error and request chooses. Default: as express-session, which skips while
   * disconnected and fails when reading fails.
   */
  onStoreUnavailable?:
    | 'skip'
    | 'error'
    | ((error: Error, req: SessionRequest) => 'skip' | 'error')
    | undefined
  /** Milliseconds that the store has for an answer; then `ERR_SESSION_STORE_TIMEOUT`. Default `0`: no limit. */
  storeTimeout?: number | undefined
  /** Leave out touching a session whose expiry was moved less than so many milliseconds ago. Default `0`: never. */
  touchAfter?: number | undefined
  /**
   * Whether a response that sets no cookie waits for the touch at its end. `false` sends it while the store is asked: a touch that
   * fails is told to `onError`, and one that is lost, as in a process that is ended or frozen right then, has not moved the expiry.
   * Default `true`.
   */
  awaitTouch?: boolean | undefined
  /** Expire the cookie in the browser when the session was destroyed. Default `false`. */
  clearCookie?: boolean | undefined
  /** Take a new `cookie.maxAge` or `cookie.expires` as a change of the session: save it and send the cookie. Default `false`. */
  saveCookieChanges?: boolean | undefined
  /** Default `'overwrite'`. */
  conflict?: Conflict | undefined
  /** Hears, after the save, of keys that this request and another one have both changed, with `conflict: 'merge'`. */
  onConflict?: ((conflict: ConflictInfo, req: SessionRequest) => void) | undefined
  /**
   * Hears of failures that nobody else may: those of promises, awaited or not, of a response that cannot be replaced any more, and
   * changes dropped because the session is gone.
   */
  onError?: ((error: Error, req: SessionRequest) => void) | undefined
}

/** Options of `session()` with defaults filled in. */
export interface Settings {
  readonly secrets: readonly Secret[] | undefined
  readonly store: Store
  /** Whether the store had a method `touch` when the middleware was made. */
  readonly touches: boolean
  /** What a read may renew: sessions of this lifetime in milliseconds, or without an end (`null`); `undefined` for none. */
  readonly renew: number | null | undefined
  readonly cookie: CookieOptions | ((req: SessionRequest) => CookieOptions)
  readonly name: string
  readonly genid: (req: SessionRequest) => string | Promise<string>
  readonly proxy: boolean | undefined
  readonly resave: boolean
  readonly saveUninitialized: boolean
  readonly rolling: boolean
  readonly unset: 'keep' | 'destroy'
  readonly onSaveError: 'continue' | 'error'
  readonly onStoreUnavailable: SessionOptions['onStoreUnavailable']
  readonly storeTimeout: number
  readonly touchAfter: number
  readonly awaitTouch: boolean
  readonly clearCookie: boolean
  readonly saveCookieChanges: boolean
  readonly conflict: Conflict
  readonly onConflict: SessionOptions['onConflict']
  readonly onError: SessionOptions['onError']
  /** What this process has destroyed in the store. */
  readonly tombstones: Tombstones
}

/** Defaults of `session.strict()`, for apps that have no old behaviour to keep. */
export const STRICT: SessionOptions = {
  resave: false,
  saveUninitialized: false,
  onSaveError: 'error',
  onStoreUnavailable: 'error',
  storeTimeout: 10_000,
  clearCookie: true,
  saveCookieChanges: true,
  conflict: 'merge',
}

/** Cookie defaults of `session.strict()`. */
export const STRICT_COOKIE: CookieOptions = { sameSite: 'lax', secure: 'auto' }

/** Fill in the defaults. Throws a TypeError that names the option when one cannot be used. */
export function resolveOptions(options: SessionOptions, makeStore: () => Store): Settings {
  checkOptions(options)
  const { resave, saveUninitialized } = options
  if (resave === undefined) deprecate('undefined resave option; provide resave option')
  if (saveUninitialized === undefined) {
    deprecate('undefined saveUninitialized option; provide saveUninitialized option')
  }
  if (!options.secret) deprecate('req.secret; provide secret option')
  const store = (options.store as Store | undefined) || makeStore()
  return {
    secrets: secretsOf(options.secret),
    store,
    touches: typeof store.touch === 'function',
    renew: renewable(options),
    cookie: options.cookie || {},
    name: options.name || options.key || 'connect.sid',
    genid: options.genid || randomId,
    proxy: options.proxy,
    resave: resave ?? true,
    saveUninitialized: saveUninitialized ?? true,
    rolling: Boolean(options.rolling),
    unset: options.unset || 'keep',
    onSaveError: options.onSaveError ?? 'continue',
    onStoreUnavailable: options.onStoreUnavailable,
    storeTimeout: options.storeTimeout ?? 0,
    touchAfter: options.touchAfter ?? 0,
    awaitTouch: options.awaitTouch ?? true,
    clearCookie: options.clearCookie ?? false,
    saveCookieChanges: options.saveCookieChanges ?? false,
    conflict: options.conflict ?? 'overwrite',
    onConflict: options.onConflict,
    onError: options.onError,
    tombstones: tombstonesOf(store),
  }
}

/** With these a request that only reads ends with a touch and nothing else, whose outcome changes nothing. */
function renewable({ resave, rolling, touchAfter, cookie }: SessionOptions): number | null | undefined {
  if ((resave ?? true) || rolling || touchAfter || typeof cookie === 'function') return undefined
  const { maxAge, expires } = cookie ?? {}
  if (expires) return undefined
  return typeof maxAge === 'number' ? maxAge : maxAge ? undefined : null
}

/** The caller's own array: what is put in front of it later signs from then on. */
function secretsOf(secret: SessionOptions['secret']): readonly Secret[] | undefined {
  if (!secret) return undefined
  return Array.isArray(secret) ? secret : [secret as Secret]
}

function checkOptions(options: SessionOptions): void {
  const { genid, secret, store, cookie, storeTimeout, touchAfter, conflict, onStoreUnavailable } = options
  if (genid && typeof genid !== 'function') throw new TypeError('genid option must be a function')
  if (Array.isArray(secret) && secret.length === 0) {
    throw new TypeError('secret option array must hold at least one secret')
  }
  if (store) checkStore(store as Store)
  if (cookie && typeof cookie !== 'object' && typeof cookie !== 'function') {
    throw new TypeError('cookie option must be an object or a function')
  }
  checkMilliseconds('storeTimeout', storeTimeout)
  checkMilliseconds('touchAfter', touchAfter)
  const maxAge = typeof cookie === 'object' ? cookie?.maxAge : undefined
  if (touchAfter && typeof maxAge === 'number' && touchAfter >= maxAge) {
    throw new TypeError('touchAfter option must be less than cookie.maxAge, or active sessions would expire')
  }
  checkChoice('unset', options.unset || undefined, ['keep', 'destroy'])
  checkChoice('onSaveError', options.onSaveError, ['continue', 'error'])
  if (typeof conflict !== 'function') checkChoice('conflict', conflict, ['overwrite', 'merge', 'error'])
  if (typeof onStoreUnavailable !== 'function') {
    checkChoice('onStoreUnavailable', onStoreUnavailable, ['skip', 'error'])
  }
  for (const name of ['onError', 'onConflict'] as const) {
    const hook = options[name]
    if (hook !== undefined && typeof hook !== 'function')
      throw new TypeError(`${name} option must be a function`)
  }
}

/** `get`, `set` and `destroy` may come later, as in stores that connect first. */
function checkStore(store: Store): void {
  if (typeof store.on !== 'function') {
    throw new TypeError('store option must be a session store: it has no method on')
  }
}

function checkMilliseconds(name: string, value: number | undefined): void {
  if (value !== undefined && !(typeof value === 'number' && value >= 0 && Number.isFinite(value))) {
    throw new TypeError(`${name} option must be a number of milliseconds`)
  }
}

function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value !== undefined && !choices.includes(value)) {
    throw new TypeError(`${name} option must be ${choices.map(choice => `"${choice}"`).join(' or ')}`)
  }
}
