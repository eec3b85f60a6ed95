export { callStore } from './call.ts'
export { isGrave, remaining, stored } from './carried.ts'
export type { Diagnosing, Finding } from './diagnose.ts'
export { entriesOf } from './listing.ts'
export {
  type AnyStore,
  MigratingStore,
  type MigratingStoreOptions,
  migratingStore,
} from './migrating-store.ts'
export { type OpenStoreOptions, openStore } from './open-store.ts'
export { type OpenScheme, registerScheme } from './schemes.ts'
