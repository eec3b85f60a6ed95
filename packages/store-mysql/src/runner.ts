import { performance } from 'node:perf_hooks'
import type { MysqlPromiseClient, MysqlQuery } from './client.ts'
import { AGAIN, isRefusal, LOCKED, numberOf, toldToCaller } from './failures.ts'

// Bound at load: tests replace the clock.
const now = performance.now.bind(performance)

/** How often a statement is run again that another one got in the way of; each time, somebody else has got through. */
const ATTEMPTS = 100

/** What a statement gave. */
export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: rows have the columns that the statement names
  readonly rows: any[]
  /** How many rows it has written. */
  readonly affected: number
  /** What the statement says with `LAST_INSERT_ID(…)`; 0 where it has written no row. */
  readonly id: number
}

/** A statement and its values. */
export type StatementCall = [sql: string, values: unknown[]]

/** How statements are run; times in milliseconds. */
export interface RunnerSettings {
  /** Whether statements are prepared. */
  readonly prepare: boolean
  /** How long to go on when a lock is not free within the limit of the connection: 0 where the app has set that, and means it. */
  readonly lockPatience: number
}

/** Runs statements on a client, again where that is worth it. Throws what the caller of the store gets. */
export class Runner {
  readonly #client: MysqlPromiseClient
  readonly #lockPatience: number
  readonly prepare: boolean

  constructor(client: MysqlPromiseClient, { prepare, lockPatience }: RunnerSettings) {
    this.#client = client
    this.prepare = prepare
    this.#lockPatience = lockPatience
  }

  /** Runs a statement, for which a lock is waited for. */
  run(sql: string, values: unknown[]): Promise<Answer> {
    return this.#told(this.#attempts([sql, values], this.#lockPatience, this.prepare))
  }

  /** Runs a statement that fails when a lock is not free within the limit of the connection. */
  runAtOnce(sql: string, values: unknown[]): Promise<Answer> {
    return this.#told(this.#attempts([sql, values], 0, this.prepare))
  }

  /** Runs a statement at once; `undefined` where the server refuses it. */
  async runIfPossible(sql: string, values: unknown[]): Promise<Answer | undefined> {
    try {
      return await this.#attempts([sql, values], 0, this.prepare)
    } catch (error) {
      if (isRefusal(error)) return undefined
      throw toldToCaller(error)
    }
  }

  /** Runs a statement without values that is not prepared. */
  ask(sql: string): Promise<Answer> {
    return this.#told(this.#attempts([sql, []], this.#lockPatience, false))
  }

  async #told(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer
    } catch (error) {
      throw toldToCaller(error)
    }
  }

  /** Each statement is a transaction of its own, so that one that failed can be run once more. */
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

/** Only a function overrides that of a pool. */
const typeCast = (_field: unknown, next: () => unknown) => next()

/** Whatever the app has set for its own statements. */
function queryOf(sql: string, values: unknown[]): MysqlQuery {
  return { sql, values, rowsAsArray: false, nestTables: false, namedPlaceholders: false, typeCast }
}

function answerOf(result: unknown): Answer {
  if (Array.isArray(result)) return { rows: result, affected: 0, id: 0 }
  const { affectedRows, insertId } = (result ?? {}) as { affectedRows?: unknown; insertId?: unknown }
  return { rows: [], affected: Number(affectedRows ?? 0), id: Number(insertId ?? 0) }
}
