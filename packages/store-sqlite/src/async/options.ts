import type { RecordStoreOptions } from '@coatcheck/session'
import type { AsyncSqliteClient } from './client.ts'

/** Options of `AsyncSqliteStore`. */
export interface AsyncSqliteStoreOptions extends RecordStoreOptions {
  /** What an adapter returns, such as `fromKnex(knex)`. The store never closes it. */
  client: AsyncSqliteClient
  /** Name of the table, which is created if it does not exist. Default `'sessions'`. */
  table?: string | undefined
  /**
   * Milliseconds to wait for another connection that is writing, without blocking the process. Default 5000. The client may itself wait
   * before that, as its `busy_timeout` says.
   */
  busyTimeout?: number | undefined
}
