import { performance } from 'node:perf_hooks'
import type { PostgresClient, PostgresQuery, PostgresResult } from './client.ts'
import { codeOf, isRefusal, LOCKED, toldToCaller } from './failures.ts'
import { inTurn, isLone } from './one-at-a-time.ts'
import type { Statement } from './statements.ts'

// Bound when this file is loaded, because tests replace the clock.
const now = performance.now.bind(performance)

/** SQLSTATEs after which PostgreSQL expects another attempt: a serialization failure, or a deadlock. */
const AGAIN = new Set(['40001', '40P01'])
/** How often a statement is tried. Each time, another transaction has succeeded. */
const ATTEMPTS = 100
/** SQLSTATEs of a pooled connection that has not prepared the statement, or on which another client has. */
const NOT_PREPARED = new Set(['26000', '42P05'])
/** Milliseconds: shorter than each `lock_timeout` that the store sets. */
const SHORT = 50
/** The SQLSTATE of every statement in a failed transaction. */
const TRANSACTION_FAILED = '25P02'

/** A statement and its values. */
export type StatementCall = [statement: Statement, values: unknown[]]

/** How to run statements. Times are in milliseconds. */
export interface RunnerSettings {
  /** Whether statements are prepared. */
  readonly prepare: boolean
  /** How long to retry when a lock is not free within `lock_timeout`; 0 if the app has set `lock_timeout` itself. */
  readonly lockPatience: number
}

/** Runs statements on a client, and retries them when that can help. It throws the errors that callers of the store see. */
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

  /** Whether statements are prepared. */
  get prepare(): boolean {
    return this.#prepare
  }

  /** Whether the client is a single connection. */
  get isLone(): boolean {
    return this.#lone
  }

  /** Runs a statement that waits for locks. */
  run(statement: Statement, values: unknown[]): Promise<PostgresResult> {
    return this.#told(this.#attempts(() => this.#queryOf(statement, values), this.#lockPatience))
  }

  /** Runs a statement that fails when a lock is not free within `lock_timeout`. */
  runAtOnce(statement: Statement, values: unknown[]): Promise<PostgresResult> {
    return this.#told(this.#attempts(() => this.#queryOf(statement, values), 0))
  }

  /** Runs a statement without retries. If the server refuses it, calls `refused` and runs another statement. */
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

  /** Runs a statement without preparing it. */
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

  /** Each statement is its own transaction, so a failed one can be repeated. */
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
        // The statement was part of the app's transaction, which has failed. The first error says why.
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
      'A pooler such as PgBouncer shares the connections to PostgreSQL, so statements are not prepared any more. Set the option prepare: false',
    )
  }
}

/** Whether there is time for another attempt. A statement that failed without waiting was not ended by `lock_timeout`. */
function mayWait(begun: number, end: number): boolean {
  const at = now()
  return at < end && at - begun > SHORT
}
