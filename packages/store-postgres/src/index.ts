export type { PostgresClient, PostgresQuery, PostgresResult } from './client.ts'
export type { PostgresOpenOptions, PostgresStoreOptions, PostgresTableOptions } from './options.ts'
export { PostgresStore } from './postgres-store.ts'
