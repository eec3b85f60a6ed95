export { callStore } from './calls/any-store.ts'
export { remaining, stored } from './migrating-store/copy.ts'
export {
  type AnyStore,
  MigratingStore,
  type MigratingStoreOptions,
  migratingStore,
} from './migrating-store/migrating-store.ts'
export { type OpenStoreOptions, openStore } from './open-store/open-store.ts'
export { type OpenScheme, registerScheme } from './open-store/schemes.ts'
export { isHashedId, isTombstone } from './records/id-forms.ts'
export type { Diagnosing, Finding } from './store/diagnose.ts'
export { entriesOf } from './store/listing.ts'
