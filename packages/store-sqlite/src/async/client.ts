/**
 * A client whose statements are answered later, in a thread or on a connection that other parts of the app use too. Adapters make it:
 * `fromKnex`, `fromKysely`, `fromLibsql` and others.
 */
export interface AsyncSqliteClient {
  /** Runs one statement with positional parameters, and returns its rows; no rows if it has none. */
  query(sql: string, parameters: readonly unknown[]): Promise<unknown[]>
}
