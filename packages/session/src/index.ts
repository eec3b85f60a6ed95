import './node/express.ts'
import { session } from './node/session.ts'

export type { Callback } from './calls/call-method.ts'
export type { Conflict, ConflictInfo, ConflictResolver, Data } from './concurrency/conflict.ts'
export type { CookieData, CookieOptions } from './cookie/cookie.ts'
export { Cookie } from './cookie/cookie.ts'
export type { Secret } from './cookie/secret.ts'
export type { SessionErrorCode } from './errors.ts'
export { SessionError } from './errors.ts'
export type * from './events/messages.ts'
export type { Next } from './node/next.ts'
export type { SessionOptions } from './node/options.ts'
export { type SessionModule, session } from './node/session.ts'
export type { SessionMiddleware } from './node/session-middleware.ts'
export { checkOptionNames } from './option-names.ts'
export type { ForeignStore } from './options/engine-options.ts'
export type { DestroyAllOptions, OwnedSession } from './owners/owned-sessions.ts'
export type { OwnedData, Owner, OwnerOption } from './owners/owner.ts'
export type { EncryptionOptions, HashIdsOptions, RecordKey } from './records/options.ts'
export type {
  ExchangeOptions,
  ReadResult,
  Reencrypted,
  Renewal,
  StoredEntry,
  StoredRecord,
  UpdateResult,
} from './records/record.ts'
export type { GetOptions } from './records/renewal.ts'
export type { Codec } from './session/codec.ts'
export type { DestroyOptions, RegenerateOptions, SessionData, SessionRequest } from './session/session.ts'
export { Session } from './session/session.ts'
export type { Diagnosing, Finding } from './store/diagnose.ts'
export { MemoryStore } from './store/memory-store.ts'
export { RecordStore } from './store/record-store.ts'
export { RECORD_STORE_OPTIONS, type RecordStoreOptions } from './store/record-store-options.ts'
export { Store } from './store/store.ts'
export type { SessionChange, StoredSession } from './store/update-record.ts'
export { type BearerOptions, bearer } from './transport/bearer.ts'
export type { Transport, TransportRequest, TransportResponse } from './transport/transport.ts'
export default session
// `require('@coatcheck/session')` returns the function itself.
export { session as 'module.exports' }
