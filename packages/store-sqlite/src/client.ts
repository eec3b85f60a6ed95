/**
 * The methods of a connection that the store uses. A `Database` of better-sqlite3, libsql or `bun:sqlite` has them, and a `DatabaseSync`
 * of `node:sqlite`.
 */
export interface SqliteClient {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  close(): unknown
  /** Whether a transaction is open. If a client cannot tell, each write is a separate transaction. */
  readonly inTransaction?: boolean | undefined
  /** The name of `inTransaction` in `node:sqlite`. */
  readonly isTransaction?: boolean | undefined
}

/** A prepared statement of a {@link SqliteClient}. */
export interface SqliteStatement {
  run(...parameters: unknown[]): { changes: number | bigint }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
}

/** Whether a transaction is open; `undefined` if the client cannot tell. */
export function inTransaction(client: SqliteClient): boolean | undefined {
  return client.inTransaction ?? client.isTransaction
}

/** The value of a pragma, or of another query that returns one value. */
export function singleValue(client: SqliteClient, sql: string, ...parameters: unknown[]): unknown {
  const row = client.prepare(sql).get(...parameters)
  return row && Object.values(row)[0]
}
