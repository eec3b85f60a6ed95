/**
 * What the store needs of a connection: a `Database` of better-sqlite3, of libsql or of `bun:sqlite`, or a `DatabaseSync` of
 * `node:sqlite`.
 */
export interface SqliteClient {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  close(): unknown
  /** Whether a transaction is open. A client that cannot tell makes each write a transaction of its own. */
  readonly inTransaction?: boolean | undefined
  /** The name that `node:sqlite` has for `inTransaction`. */
  readonly isTransaction?: boolean | undefined
}

/** A prepared statement of a {@link SqliteClient}. */
export interface SqliteStatement {
  run(...parameters: unknown[]): { changes: number | bigint }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
}

/** Whether a transaction is open; `undefined` where the client cannot tell. */
export function inTransaction(client: SqliteClient): boolean | undefined {
  return client.inTransaction ?? client.isTransaction
}

/** The value of a pragma, or of another query that gives one value. */
export function singleValue(client: SqliteClient, sql: string, ...parameters: unknown[]): unknown {
  const row = client.prepare(sql).get(...parameters)
  return row && Object.values(row)[0]
}
