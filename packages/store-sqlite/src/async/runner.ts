import { failureOf, isLocked } from '../failures.ts'
import { pause, pauseBefore } from '../pause.ts'
import type { AsyncSqliteClient } from './client.ts'

/** Runs statements on a client. While the file is locked, tries again until `busyTimeout` is over. */
export class Runner {
  readonly #client: AsyncSqliteClient
  readonly #busyTimeout: number

  constructor(client: AsyncSqliteClient, busyTimeout: number) {
    this.#client = client
    this.#busyTimeout = busyTimeout
  }

  /** The rows of a statement. */
  async run<Row>(sql: string, ...parameters: unknown[]): Promise<Row[]> {
    const end = performance.now() + this.#busyTimeout
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#client.query(sql, parameters)) as Row[]
      } catch (error) {
        if (!isLocked(error) || performance.now() >= end) throw failureOf(error, this.#busyTimeout)
        await pause(Math.min(pauseBefore(attempt), end - performance.now()))
      }
    }
  }

  /** The rows of a statement; `undefined` if it fails. Does not wait for a lock. */
  async runIfPossible(sql: string, ...parameters: unknown[]): Promise<unknown[] | undefined> {
    return this.#client.query(sql, parameters).catch(() => undefined)
  }
}
