import type { RecordStoreOptions } from '@coatcheck/session'
import type { PostgresClient } from './client.ts'

/** Options about the table, for {@link PostgresStore} and {@link PostgresStore.open}. */
export interface PostgresTableOptions extends RecordStoreOptions {
  /** Name of the schema. Default: the first of the connection's `search_path` that has the table. */
  schema?: string | undefined
  /** Name of the table. Default `'sessions'`. */
  table?: string | undefined
  /** Create the table if it does not exist. Default `true`. */
  createTable?: boolean | undefined
  /** Create it as an unlogged table: faster, and empty after a crash of the server. Default `false`. */
  unlogged?: boolean | undefined
  /** Prepare statements once on each connection. `false` for PgBouncer in transaction mode. Default `true`. */
  prepare?: boolean | undefined
}

/** Options of {@link PostgresStore.open}. */
export interface PostgresOpenOptions extends PostgresTableOptions {
  /** How many connections there may be. Default 10. */
  max?: number | undefined
  /** Milliseconds to wait for a connection. Default 5000. */
  connectTimeout?: number | undefined
  /** Milliseconds to wait for the answer to a statement; then its connection is closed. Default 10000. */
  queryTimeout?: number | undefined
}

/** Options of {@link PostgresStore}. */
export interface PostgresStoreOptions extends PostgresTableOptions {
  /** A `Pool` of `pg`, or a connected `Client`. The store never ends it. */
  client: PostgresClient
}
