export {
  type SqliteClient,
  type SqliteOpenOptions,
  SqliteStore,
  type SqliteStoreOptions,
} from './sqlite-store.ts'
