import { type PostgresClient, type PostgresQuery, type PostgresResult, warnOfLoss } from './client.ts'
import { codeOf, isRefusal } from './failures.ts'

type Done<T> = (error: Error | undefined, value: T) => void

/** A connection of a pool of pg. */
export interface DriverConnection extends PostgresClient {
  query(query: PostgresQuery): Promise<PostgresResult>
  query(query: PostgresQuery, done: Done<PostgresResult>): void
  on(event: 'error', listener: (error: Error) => void): unknown
  /** Returns the connection to the pool; with an error, closes it. */
  release(error?: unknown): void
  readonly processID?: number | null
}

/** A pool of pg. */
export interface DriverPool {
  connect(): Promise<DriverConnection>
  connect(done: Done<DriverConnection | undefined>): void
  end(): Promise<void>
  on(event: 'connect', listener: (connection: DriverConnection) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}

/**
 * A pool of pg that the store makes and ends. Unlike `query` of pg's pool, it keeps a connection on which the server has refused a
 * statement. PgBouncer refuses connections with limits, unless it is configured to ignore them. Then the pool connects without limits.
 */
export class OwnPool implements PostgresClient {
  readonly #make: (limited: boolean) => DriverPool
  #pool: DriverPool
  #limited = true
  #ended = false

  constructor(make: (limited: boolean) => DriverPool) {
    this.#make = make
    this.#pool = this.#prepared(true)
  }

  query(query: PostgresQuery): Promise<PostgresResult> {
    return new Promise((resolve, reject) => {
      this.#connected((error, connection) => {
        if (!connection) return reject(error)
        connection.query(query, (failure, result) => {
          connection.release(failure && !isRefusal(failure) ? failure : undefined)
          if (failure) reject(failure)
          else resolve(result)
        })
      })
    })
  }

  /** A connection to be released. */
  connect(): Promise<DriverConnection> {
    return new Promise((resolve, reject) => {
      this.#connected((error, connection) => (connection ? resolve(connection) : reject(error)))
    })
  }

  end(): Promise<void> {
    this.#ended = true
    return this.#pool.end()
  }

  #connected(done: Done<DriverConnection | undefined>): void {
    const pool = this.#pool
    pool.connect((error, connection) => {
      if (!error || !this.#limited || !refusesLimits(error)) return done(error, connection)
      if (this.#ended) return done(error, undefined)
      if (pool === this.#pool) {
        this.#limited = false
        this.#pool = this.#prepared(false)
        pool.end().catch(() => {})
      }
      this.#connected(done)
    })
  }

  #prepared(limited: boolean): DriverPool {
    const pool = this.#make(limited)
    pool.on('error', warnOfLoss)
    // While a connection is in use, the pool does not listen. The statement fails if the connection is lost.
    pool.on('connect', connection => connection.on('error', () => {}))
    return pool
  }
}

/** PgBouncer: "unsupported startup parameter: statement_timeout". */
function refusesLimits(error: Error): boolean {
  return codeOf(error) === '08P01' && error.message.includes('startup parameter')
}
