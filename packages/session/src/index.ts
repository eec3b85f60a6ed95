import './node/express.ts'
import { Cookie, type CookieOptions } from './cookie/cookie.ts'
import { resolveOptions, type SessionOptions, STRICT, STRICT_COOKIE } from './engine/options.ts'
import { SessionError } from './errors.ts'
import { createMiddleware, type SessionMiddleware } from './node/middleware.ts'
import { Session, type SessionData, type SessionRequest } from './session/session.ts'
import { MemoryStore } from './store/memory-store.ts'
import { RecordStore } from './store/record-store.ts'
import { Store } from './store/store.ts'

export type { Callback } from './calls/call-store.ts'
export type { CookieData, CookieOptions } from './cookie/cookie.ts'
export type {
  Conflict,
  ConflictInfo,
  ConflictResolver,
  Data,
  ForeignStore,
  Secret,
  SessionOptions,
} from './engine/options.ts'
export type { SessionErrorCode } from './errors.ts'
export type { SessionMiddleware } from './node/middleware.ts'
export type { Next } from './node/next.ts'
export type { Codec } from './session/codec.ts'
export type { RegenerateOptions, SessionData, SessionRequest } from './session/session.ts'
export type { Diagnosing, Finding } from './store/diagnose.ts'
export type {
  ExchangeOptions,
  ReadResult,
  Renewal,
  StoredEntry,
  StoredRecord,
  UpdateResult,
} from './store/record.ts'
export type { RecordStoreOptions } from './store/record-store-options.ts'
export type { SessionChange, StoredSession } from './store/record-update.ts'
export type { GetOptions } from './store/renewal.ts'
export { Cookie, MemoryStore, RecordStore, Session, SessionError, Store }

/** Read once, as express-session does. */
const production = process.env.NODE_ENV === 'production'

/** The function that this package is, with what express-session hangs on it, and our own classes for those who `require()` it. */
export interface SessionModule {
  /**
   * Session middleware with express-session's options, defaults and behaviour. `T` is the data of its sessions, for `of(req)`.
   * Throws a TypeError that names the option when one cannot be used.
   */
  <T extends object = SessionData>(options?: SessionOptions): SessionMiddleware<T>
  /**
   * The same with today's defaults: nothing saved that was not changed, `sameSite: 'lax'`, `secure: 'auto'`, a failed save reaches
   * the client as an error, the cookie is cleared on destroy, parallel changes are merged, the store has ten seconds.
   */
  strict<T extends object = SessionData>(options?: SessionOptions): SessionMiddleware<T>
  Store: typeof Store
  Cookie: typeof Cookie
  Session: typeof Session
  MemoryStore: typeof MemoryStore
  RecordStore: typeof RecordStore
  SessionError: typeof SessionError
  /** The function itself: `const { session } = require('@coatcheck/session')`. */
  session: SessionModule
}

function createSession<T extends object = SessionData>(options?: SessionOptions): SessionMiddleware<T> {
  const settings = resolveOptions(options ?? {}, () => new (MemoryStore as unknown as new () => Store)())
  if (production && settings.store instanceof MemoryStore) {
    console.warn(
      'Warning: session.MemoryStore is for development: it leaks memory and serves one process only.',
    )
  }
  return createMiddleware<T>(settings)
}

function strict<T extends object = SessionData>(options: SessionOptions = {}): SessionMiddleware<T> {
  const { cookie } = options
  return createSession<T>({
    ...STRICT,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    cookie:
      typeof cookie === 'function'
        ? (req: SessionRequest): CookieOptions => ({ ...STRICT_COOKIE, ...cookie(req) })
        : { ...STRICT_COOKIE, ...cookie },
  })
}

/** Session middleware for Express, Connect and `node:http`. */
export const session: SessionModule = Object.assign(createSession as SessionModule, {
  strict,
  Store,
  Cookie,
  Session,
  MemoryStore,
  RecordStore,
  SessionError,
})

session.session = session

/** The same names as types: `session.Store`, `session.SessionData`. */
export declare namespace session {
  type Store = import('./store/store.ts').Store
  type Cookie = import('./cookie/cookie.ts').Cookie
  type Session = import('./session/session.ts').Session
  type MemoryStore = import('./store/memory-store.ts').MemoryStore
  type RecordStore = import('./store/record-store.ts').RecordStore
  type SessionError = import('./errors.ts').SessionError
  type SessionData = import('./session/session.ts').SessionData
  type SessionOptions = import('./engine/options.ts').SessionOptions
  type CookieOptions = import('./cookie/cookie.ts').CookieOptions
}

export default session
// `require('@coatcheck/session')` is the function itself.
export { session as 'module.exports' }
