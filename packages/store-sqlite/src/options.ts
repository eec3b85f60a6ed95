import type { RecordStoreOptions } from '@coatcheck/session'
import type { SqliteClient } from './client.ts'

/** Options of `SqliteStore.open`. */
export interface SqliteOpenOptions extends RecordStoreOptions {
  /** Name of the table, which is created if it does not exist. Default `'sessions'`. */
  table?: string | undefined
  /** Milliseconds to wait for another connection that is writing, without blocking the process. Default 5000. */
  busyTimeout?: number | undefined
}

/** Options of `SqliteStore`. */
export interface SqliteStoreOptions extends SqliteOpenOptions {
  /**
   * A `Database` of better-sqlite3, libsql or `bun:sqlite`, or a `DatabaseSync` of `node:sqlite`. The store never closes it.
   */
  client: SqliteClient
  /**
   * Milliseconds to wait for another connection that is writing, without blocking the process. Default: the client's own `busy_timeout`
   * (the option `timeout` of better-sqlite3 and `node:sqlite`), or 5000 when that is 0.
   */
  busyTimeout?: number | undefined
}
