export { AsyncSqliteStore } from './async-sqlite-store.ts'
export type { AsyncSqliteClient } from './client.ts'
export type { AsyncSqliteStoreOptions } from './options.ts'
