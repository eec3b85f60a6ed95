import type { SqliteClient } from '@coatcheck/store-sqlite'
import { quoted } from './subject.ts'

/** Counts the stores on each table of a run, and drops those of a rule that has ended: each connection would read the definitions of all. */
export class TablesInUse {
  readonly #stores = new Map<string, number>()

  open(table: string): void {
    this.#stores.set(table, (this.#stores.get(table) ?? 0) + 1)
  }

  /** One store less. If it was the last one of its table, the tables are dropped, unless the file is locked. */
  close(table: string, client: SqliteClient, tables: readonly string[] = [table]): void {
    const left = this.#stores.get(table)! - 1
    this.#stores.set(table, left)
    if (left > 0) return
    try {
      client.exec('PRAGMA busy_timeout = 0')
      for (const name of tables) client.exec(`DROP TABLE IF EXISTS ${quoted(name)}`)
    } catch {}
  }
}
