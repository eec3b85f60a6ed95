import { Cookie } from '../cookie/cookie.ts'
import { STRICT, strictCookie, withDefaults } from '../engine/options.ts'
import { SessionError } from '../errors.ts'
import { checkOptionNames } from '../option-names.ts'
import { Session, type SessionData } from '../session/session.ts'
import { MemoryStore } from '../store/memory-store.ts'
import { RecordStore } from '../store/record-store.ts'
import { Store } from '../store/store.ts'
import { createMiddleware, type SessionMiddleware } from './middleware.ts'
import { type SessionOptions, settingsOf } from './options.ts'

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
  /** For the options of a store: throws a TypeError for a name that is not known. */
  checkOptionNames: typeof checkOptionNames
  /** The function itself: `const { session } = require('@coatcheck/session')`. */
  session: SessionModule
}

function make<T extends object>(options: SessionOptions, strict: boolean): SessionMiddleware<T> {
  const settings = settingsOf(options, strict, () => new (MemoryStore as unknown as new () => Store)())
  if (production && settings.store instanceof MemoryStore) {
    console.warn(
      'Warning: session.MemoryStore is for development: it leaks memory and serves one process only.',
    )
  }
  return createMiddleware<T>(settings)
}

function createSession<T extends object = SessionData>(options: SessionOptions = {}): SessionMiddleware<T> {
  return make<T>(options ?? {}, false)
}

function strict<T extends object = SessionData>(options: SessionOptions = {}): SessionMiddleware<T> {
  const defaults: SessionOptions = { resave: false, saveUninitialized: false, ...STRICT }
  return make<T>({ ...withDefaults(defaults, options), cookie: strictCookie(options.cookie) }, true)
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
  checkOptionNames,
})

session.session = session

/** The same names as types: `session.Store`, `session.SessionData`. */
export declare namespace session {
  type Store = import('../store/store.ts').Store
  type Cookie = import('../cookie/cookie.ts').Cookie
  type Session = import('../session/session.ts').Session
  type MemoryStore = import('../store/memory-store.ts').MemoryStore
  type RecordStore = import('../store/record-store.ts').RecordStore
  type SessionError = import('../errors.ts').SessionError
  type SessionData = import('../session/session.ts').SessionData
  type SessionOptions = import('./options.ts').SessionOptions
  type CookieOptions = import('../cookie/cookie.ts').CookieOptions
}
