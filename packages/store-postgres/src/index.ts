export type { PostgresClient, PostgresQuery, PostgresResult } from './client.ts'
export {
  type PostgresOpenOptions,
  PostgresStore,
  type PostgresStoreOptions,
  type PostgresTableOptions,
} from './postgres-store.ts'
