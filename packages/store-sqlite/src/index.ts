export type { SqliteClient, SqliteStatement } from './client.ts'
export type { SqliteOpenOptions, SqliteStoreOptions } from './options.ts'
export { SqliteStore } from './sqlite-store.ts'
