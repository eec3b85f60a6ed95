import { performance } from 'node:perf_hooks'
import type { PostgresClient, PostgresQuery, PostgresResult } from './client.ts'
import { codeOf, isRefusal, LOCKED, toldToCaller } from './failures.ts'
import { inTurn, isLone } from './one-at-a-time.ts'
import type { Statement } from './statements.ts'

// Bound at load: tests replace the clock.
const now = performance.now.bind(performance)

/** SQLSTATEs of what PostgreSQL asks to be tried again: two transactions could not be put in an order, or blocked each other. */
const AGAIN = new Set(['40001', '40P01'])
/** How often that is done; each time, somebody else has got through. */
const ATTEMPTS = 100
/** What a connection says that somebody in between shares out: it has not prepared the statement, or another client has. */
const NOT_PREPARED = new Set(['26000', '42P05'])
/** Milliseconds: no `lock_timeout` of ours is as short. */
const SHORT = 50
/** In a transaction that has failed, no statement is run. */
const TRANSACTION_FAILED = '25P02'

/** A statement and its values. */
export type StatementCall = [statement: Statement, values: unknown[]]

/** How statements are run; times in milliseconds. */
export interface RunnerSettings {
  /** Whether statements are prepared. */
  readonly prepare: boolean
  /** How long to go on when a lock is not free within `lock_timeout`: 0 where the app has set that, and means it. */
  readonly lockPatience: number
}

/** Runs statements on a client, again where that is worth it. Unless said otherwise it throws what the caller of the store gets. */
export class Runner implements PostgresClient {
  readonly #client: PostgresClient
  readonly #lone: boolean
  readonly #lockPatience: number
  #prepare: boolean

  constructor(client: PostgresClient, { prepare, lockPatience }: RunnerSettings) {
    this.#client = client
    this.#lone = isLone(client)
    this.#prepare = prepare
    this.#lockPatience = lockPatience
  }

  /** Whether statements are prepared, as far as is known by now. */
  get prepare(): boolean {
    return this.#prepare
  }

  /** Runs a statement, for which a lock is waited for. */
  run(statement: Statement, values: unknown[]): Promise<PostgresResult> {
    return this.#told(this.#attempts(() => this.#queryOf(statement, values), this.#lockPatience))
  }

  /** Runs a statement that fails when a lock is not free within `lock_timeout`. */
  runAtOnce(statement: Statement, values: unknown[]): Promise<PostgresResult> {
    return this.#told(this.#attempts(() => this.#queryOf(statement, values), 0))
  }

  /** Runs a statement at once, and where the server refuses it another one; `refused` hears of that. */
  async runOr(
    [statement, values]: StatementCall,
    other: StatementCall,
    refused: () => void,
  ): Promise<PostgresResult> {
    try {
      return await this.#attempts(() => this.#queryOf(statement, values), 0)
    } catch (error) {
      if (!isRefusal(error)) throw toldToCaller(error)
      refused()
      return this.#told(this.#attempts(() => this.#queryOf(...other), this.#lockPatience, error))
    }
  }

  /** Runs a statement that is not prepared. */
  query(query: PostgresQuery): Promise<PostgresResult> {
    return this.#told(this.#attempts(() => query, this.#lockPatience))
  }

  async #told(answer: Promise<PostgresResult>): Promise<PostgresResult> {
    try {
      return await answer
    } catch (error) {
      throw toldToCaller(error)
    }
  }

  #queryOf({ name, text }: Statement, values: unknown[]): PostgresQuery {
    return this.#prepare ? { name, text, values } : { text, values }
  }

  /** Each statement is a transaction of its own, so that one that failed can be run once more. */
  async #attempts(
    queryOf: () => PostgresQuery,
    lockPatience: number,
    earlier?: unknown,
  ): Promise<PostgresResult> {
    const end = now() + lockPatience
    let failure = earlier
    for (let attempt = 1; ; attempt++) {
      const query = queryOf()
      const begun = now()
      try {
        return await (this.#lone ? inTurn(this.#client, query) : this.#client.query(query))
      } catch (error) {
        const code = codeOf(error)
        // It was one of a transaction of the app: that is over, and the first failure tells why.
        if (failure && code === TRANSACTION_FAILED) throw failure
        if (query.name && NOT_PREPARED.has(code)) this.#stopPreparing()
        else if (AGAIN.has(code) ? attempt === ATTEMPTS : !(code === LOCKED && mayWait(begun, end)))
          throw error
        failure = error
      }
    }
  }

  #stopPreparing(): void {
    if (!this.#prepare) return
    this.#prepare = false
    process.emitWarning(
      'Connections to PostgreSQL are shared by something like PgBouncer: statements are not prepared from now on; say so with the option prepare: false',
    )
  }
}

/** Whether there is time for another attempt. Who did not wait for the lock was told so by something else than `lock_timeout`. */
function mayWait(begun: number, end: number): boolean {
  const at = now()
  return at < end && at - begun > SHORT
}
