import type { Callback } from '../calls/call-method.ts'
import type { Conflict, ConflictInfo, ConflictResolver, Data } from '../concurrency/conflict.ts'
import type { CookieData, CookieOptions } from '../cookie/cookie.ts'
import { Cookie } from '../cookie/cookie.ts'
import type { Secret } from '../cookie/secret.ts'
import type { SessionErrorCode } from '../errors.ts'
import { SessionError } from '../errors.ts'
import type {
  SessionConflict,
  SessionCorrupt,
  SessionCreated,
  SessionDestroyed,
  SessionEvents,
  SessionExpired,
  SessionOperation,
  SessionOwnerLimit,
  SessionRejected,
  SessionRenewed,
  SessionRevivalRefused,
  SessionTrace,
  TracedFailure,
} from '../events/messages.ts'
import { checkOptionNames } from '../option-names.ts'
import type { ForeignStore } from '../options/engine-options.ts'
import { STRICT, strictCookie, withDefaults } from '../options/engine-options.ts'
import type { EncryptionOptions, HashIdsOptions, RecordKey } from '../records/options.ts'
import type {
  ExchangeOptions,
  ReadResult,
  Reencrypted,
  Renewal,
  StoredEntry,
  StoredRecord,
  UpdateResult,
} from '../records/record.ts'
import type { GetOptions } from '../records/renewal.ts'
import type { Codec } from '../session/codec.ts'
import type { DestroyOptions, RegenerateOptions, SessionRequest } from '../session/session.ts'
import { Session, type SessionData } from '../session/session.ts'
import type { Diagnosing, Finding } from '../store/diagnose.ts'
import { MemoryStore } from '../store/memory-store.ts'
import { RecordStore } from '../store/record-store.ts'
import { RECORD_STORE_OPTIONS, type RecordStoreOptions } from '../store/record-store-options.ts'
import { Store } from '../store/store.ts'
import type { SessionChange, StoredSession } from '../store/update-record.ts'
import { type BearerOptions, bearer } from '../transport/bearer.ts'
import type { Transport, TransportRequest, TransportResponse } from '../transport/transport.ts'
import { createMiddleware } from './middleware.ts'
import type { Next } from './next.ts'
import type { SessionOptions } from './options.ts'
import type { SessionMiddleware } from './session-middleware.ts'
import { settingsOf } from './settings.ts'

/** Read when the package is loaded, as express-session does. */
const production = process.env.NODE_ENV === 'production'

function make<T extends object>(options: SessionOptions, strict: boolean): SessionMiddleware<T> {
  const settings = settingsOf(options, strict, () => new (MemoryStore as unknown as new () => Store)())
  if (production && (!options.store || options.store instanceof MemoryStore)) {
    console.warn(
      'Warning: session.MemoryStore is for development: it leaks memory and serves one process only.',
    )
  }
  return createMiddleware<T>(settings)
}

/**
 * Session middleware for Express, Connect and `node:http`, with express-session's options, defaults and behaviour. `T` is the type of
 * the data of its sessions, for `of(req)`. Throws a TypeError that names the option when an option is wrong.
 */
export function session<T extends object = SessionData>(options: SessionOptions = {}): SessionMiddleware<T> {
  return make<T>(options ?? {}, false)
}

/**
 * The same with today's defaults: only changed sessions are saved, `sameSite: 'lax'`, `secure: 'auto'`, a failed save is an error
 * response, destroying a session clears its cookie, parallel changes are merged, and the store has ten seconds to answer.
 */
function strict<T extends object = SessionData>(options: SessionOptions = {}): SessionMiddleware<T> {
  const defaults: SessionOptions = { resave: false, saveUninitialized: false, ...STRICT }
  return make<T>({ ...withDefaults(defaults, options), cookie: strictCookie(options.cookie) }, true)
}

// The function has the package's exports as properties, as in express-session: `const { Store } = require('@coatcheck/session')`.
Object.assign(session, {
  Cookie,
  SessionError,
  bearer,
  checkOptionNames,
  Session,
  MemoryStore,
  RECORD_STORE_OPTIONS,
  RecordStore,
  Store,
  session,
  strict,
})

/** The properties of the function, and the types of the package: `session.Store`, `session.SessionData`. */
export declare namespace session {
  export type {
    BearerOptions,
    Callback,
    Codec,
    Conflict,
    ConflictInfo,
    ConflictResolver,
    CookieData,
    CookieOptions,
    Data,
    DestroyOptions,
    Diagnosing,
    EncryptionOptions,
    ExchangeOptions,
    Finding,
    ForeignStore,
    GetOptions,
    HashIdsOptions,
    Next,
    ReadResult,
    RecordKey,
    RecordStoreOptions,
    Reencrypted,
    RegenerateOptions,
    Renewal,
    Secret,
    SessionChange,
    SessionConflict,
    SessionCorrupt,
    SessionCreated,
    SessionData,
    SessionDestroyed,
    SessionErrorCode,
    SessionEvents,
    SessionExpired,
    SessionMiddleware,
    SessionOperation,
    SessionOptions,
    SessionOwnerLimit,
    SessionRejected,
    SessionRenewed,
    SessionRequest,
    SessionRevivalRefused,
    SessionTrace,
    StoredEntry,
    StoredRecord,
    StoredSession,
    TracedFailure,
    Transport,
    TransportRequest,
    TransportResponse,
    UpdateResult,
  }
  export {
    bearer,
    Cookie,
    checkOptionNames,
    MemoryStore,
    type RECORD_STORE_OPTIONS,
    RecordStore,
    Session,
    SessionError,
    Store,
    session,
    strict,
  }
}

/** The function that this package is. */
export type SessionModule = typeof session
