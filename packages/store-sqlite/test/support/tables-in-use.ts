import type { SqliteClient } from '@coatcheck/store-sqlite'

/**
 * Drops the tables of a namespace when its last store closes. In a run of the suite there would soon be hundreds, and each connection reads
 * the definitions of all of them.
 */
export class TablesInUse {
  /** How many stores a namespace has. */
  readonly #stores = new Map<string, number>()

  open(namespace: string): void {
    this.#stores.set(namespace, (this.#stores.get(namespace) ?? 0) + 1)
  }

  /** `tables` are quoted. They stay if the file is locked. */
  close(namespace: string, client: SqliteClient, tables: readonly string[]): void {
    const left = this.#stores.get(namespace)! - 1
    this.#stores.set(namespace, left)
    if (left > 0) return
    try {
      client.exec('PRAGMA busy_timeout = 0')
      for (const table of tables) client.exec(`DROP TABLE IF EXISTS ${table}`)
    } catch {}
  }
}
