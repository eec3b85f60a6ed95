import { performance } from 'node:perf_hooks'
import type { MysqlPromiseClient, MysqlQuery } from './client.ts'
import { AGAIN, isRefusal, LOCKED, numberOf, toldToCaller } from './failures.ts'

// Bound when this file is loaded, because tests replace the clock.
const now = performance.now.bind(performance)

/** How often a statement is tried. Each time, another transaction has succeeded. */
const ATTEMPTS = 100

/** The result of a statement. */
export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: rows have the columns that the statement names
  readonly rows: any[]
  /** How many rows the statement has written. */
  readonly affected: number
  /** The value that the statement gave to `LAST_INSERT_ID(…)`; 0 if it has written no row. */
  readonly id: number
}

/** A statement and its values. */
export type StatementCall = [sql: string, values: unknown[]]

/** How to run statements. Times are in milliseconds. */
export interface RunnerSettings {
  /** Whether statements are prepared. */
  readonly prepare: boolean
  /** How long to retry when a lock is not free within the connection's limit; 0 if that limit is the app's. */
  readonly lockPatience: number
}

/** Runs statements on a client, and retries them when that can help. It throws the errors that callers of the store see. */
export class Runner {
  readonly #client: MysqlPromiseClient
  readonly #lockPatience: number
  readonly prepare: boolean

  constructor(client: MysqlPromiseClient, { prepare, lockPatience }: RunnerSettings) {
    this.#client = client
    this.prepare = prepare
    this.#lockPatience = lockPatience
  }

  /** Runs a statement that waits for locks. */
  run(sql: string, values: unknown[]): Promise<Answer> {
    return this.#told(this.#attempts([sql, values], this.#lockPatience, this.prepare))
  }

  /** Runs a statement that fails when a lock is not free within the connection's limit. */
  runAtOnce(sql: string, values: unknown[]): Promise<Answer> {
    return this.#told(this.#attempts([sql, values], 0, this.prepare))
  }

  /** Runs a statement without waiting longer for locks; `undefined` if the server refuses it. */
  async runIfPossible(sql: string, values: unknown[]): Promise<Answer | undefined> {
    try {
      return await this.#attempts([sql, values], 0, this.prepare)
    } catch (error) {
      if (isRefusal(error)) return undefined
      throw toldToCaller(error)
    }
  }

  /** Runs a statement without values, and without preparing it. */
  query(sql: string): Promise<Answer> {
    return this.#told(this.#attempts([sql, []], this.#lockPatience, false))
  }

  async #told(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer
    } catch (error) {
      throw toldToCaller(error)
    }
  }

  /** Each statement is its own transaction, so a failed one can be repeated. */
  async #attempts([sql, values]: StatementCall, lockPatience: number, prepare: boolean): Promise<Answer> {
    const end = now() + lockPatience
    for (let attempt = 1; ; attempt++) {
      try {
        const query = queryOf(sql, values)
        const [result] = await (prepare ? this.#client.execute(query) : this.#client.query(query))
        return answerOf(result)
      } catch (error) {
        const number = numberOf(error)
        if (AGAIN.has(number) ? attempt === ATTEMPTS : !(number === LOCKED && now() < end)) throw error
      }
    }
  }
}

/** Only another function overrides a `typeCast` of the app's pool. */
const typeCast = (_field: unknown, next: () => unknown) => next()

/** These settings override those that the app has made for its own statements. */
function queryOf(sql: string, values: unknown[]): MysqlQuery {
  return { sql, values, rowsAsArray: false, nestTables: false, namedPlaceholders: false, typeCast }
}

function answerOf(result: unknown): Answer {
  if (Array.isArray(result)) return { rows: result, affected: 0, id: 0 }
  const { affectedRows, insertId } = (result ?? {}) as { affectedRows?: unknown; insertId?: unknown }
  return { rows: [], affected: Number(affectedRows ?? 0), id: Number(insertId ?? 0) }
}
