import { inTransaction, type SqliteClient, type SqliteStatement } from './client.ts'
import { isLocked } from './failures.ts'

/** Whether the driver is libsql. Only its databases have a method for copies of a remote one. */
export function isLibsql(client: SqliteClient): boolean {
  return typeof (client as { sync?: unknown }).sync === 'function'
}

/**
 * A client on libsql, which leaves a prepared statement open that has found the file locked. While a read is open, the connection keeps
 * what it has read locked after its next transaction, so that no other connection can write; while a write is open, nothing can be
 * committed. Only the same statement can end that, when it runs again. So here a read that found a lock runs again before any other
 * statement, and writes never meet a lock, because `takeLock` comes first. `exec` leaves nothing open.
 */
export class LibsqlClient implements SqliteClient {
  readonly #client: SqliteClient
  readonly #open = new Map<SqliteStatement, () => unknown>()

  constructor(client: SqliteClient) {
    this.#client = client
  }

  get inTransaction(): boolean | undefined {
    return inTransaction(this.#client)
  }

  prepare(sql: string): SqliteStatement {
    const statement = this.#client.prepare(sql)
    return {
      run: (...parameters) => this.#call(statement, () => statement.run(...parameters)),
      get: (...parameters) => this.#call(statement, () => statement.get(...parameters)),
      all: (...parameters) => this.#call(statement, () => statement.all(...parameters)),
    }
  }

  exec(sql: string): unknown {
    return this.#client.exec(sql)
  }

  close(): unknown {
    return this.#client.close()
  }

  /** Lets the transaction of the app, in which the store writes to this table, take the lock for writing. Throws when it is not free. */
  takeLock(quotedTable: string): void {
    this.#client.exec(`DELETE FROM ${quotedTable} WHERE FALSE`)
  }

  #call<T>(statement: SqliteStatement, call: () => T): T {
    for (const [open, again] of this.#open) {
      if (open !== statement) again()
      this.#open.delete(open)
    }
    try {
      return call()
    } catch (error) {
      if (isLocked(error)) this.#open.set(statement, call)
      throw error
    }
  }
}
