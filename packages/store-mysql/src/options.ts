import type { RecordStoreOptions } from '@coatcheck/session'
import type { MysqlClient } from './client.ts'

/** Options about the table, for {@link MysqlStore} and {@link MysqlStore.open}. */
export interface MysqlTableOptions extends RecordStoreOptions {
  /** Name of the database that has the table. Default: that of the connection. */
  database?: string | undefined
  /** Name of the table. Default `'sessions'`. */
  table?: string | undefined
  /** Create the table if it does not exist. Default `true`. */
  createTable?: boolean | undefined
  /** Prepare statements once on each connection. `false` for proxies that cannot do that. Default `true`. */
  prepare?: boolean | undefined
}

/** Options of {@link MysqlStore.open}. */
export interface MysqlOpenOptions extends MysqlTableOptions {
  /** How many connections there may be. Default 10. */
  max?: number | undefined
  /** Milliseconds to wait for a connection. Default 5000. */
  connectTimeout?: number | undefined
  /** Milliseconds to wait for the answer to a statement; then its connection is closed. Default 10000. */
  queryTimeout?: number | undefined
}

/** Options of {@link MysqlStore}. */
export interface MysqlStoreOptions extends MysqlTableOptions {
  /** A pool or a connection of `mysql2` or `mysql2/promise`. The store never ends it. */
  client: MysqlClient
}
