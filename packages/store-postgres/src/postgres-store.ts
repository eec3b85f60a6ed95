import {
  type Diagnosing,
  type Finding,
  type ReadResult,
  RecordStore,
  type RecordStoreOptions,
  type Renewal,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'
import { codeOf, type PostgresClient, type PostgresResult, surviveErrors } from './client.ts'
import { diagnose, versionIn } from './diagnose.ts'
import { quoted } from './identifier.ts'
import { type OwnPool, openPool } from './open-pool.ts'
import { LONGEST, PAGE, type Statement, type Statements, statementsOf } from './statements.ts'
import { type Missing, openTable } from './table.ts'
import { fromText, toText } from './text.ts'

/** Options about the table, for {@link PostgresStore} and {@link PostgresStore.open}. */
export interface PostgresTableOptions extends RecordStoreOptions {
  /** Name of the schema. Default: the first of the connection's `search_path` that has the table. */
  schema?: string | undefined
  /** Name of the table. Default `'sessions'`. */
  table?: string | undefined
  /** Make the table if it is not there. Default `true`. */
  createTable?: boolean | undefined
  /** Make it as an unlogged table: faster, and empty after a crash of the server. Default `false`. */
  unlogged?: boolean | undefined
  /** Prepare statements once on each connection. `false` for PgBouncer in transaction mode. Default `true`. */
  prepare?: boolean | undefined
}

/** Options of {@link PostgresStore.open}. */
export interface PostgresOpenOptions extends PostgresTableOptions {
  /** How many connections there may be. Default 10. */
  max?: number | undefined
  /** Milliseconds to wait for a connection. Default 5000. */
  connectTimeout?: number | undefined
  /** Milliseconds to wait for the answer to a statement; then its connection is given up. Default 10000. */
  queryTimeout?: number | undefined
}

/** Options of {@link PostgresStore}. */
export interface PostgresStoreOptions extends PostgresTableOptions {
  /** A `Pool` of `pg`, or a connected `Client`. The store never ends it. */
  client: PostgresClient
}

/** SQLSTATEs of what PostgreSQL asks to be tried again: two transactions could not be put in an order, or blocked each other. */
const AGAIN = new Set(['40001', '40P01'])
/** How often that is done; each time, somebody else has got through. */
const ATTEMPTS = 100
/** What a connection says that somebody in between shares out: it has not prepared the statement, or another client has. */
const NOT_PREPARED = new Set(['26000', '42P05'])
/** In a transaction that has failed, no statement is run. */
const TRANSACTION_FAILED = '25P02'

/** From so many on, one statement for all of them is less work than one for each, whose plans PostgreSQL need not make again. */
const MANY = 4

/** From a standby, or a server that was told to take no writes: there sessions can be read. */
const READ_ONLY = '25006'

/** Sessions in a PostgreSQL table, through `pg`. */
export class PostgresStore extends RecordStore implements Diagnosing {
  readonly #client: PostgresClient
  readonly #table: string
  readonly #missing: Missing
  #prepare: boolean
  #pool: OwnPool | undefined
  #sql: Statements | undefined
  #release: (() => void) | undefined

  constructor(options: PostgresStoreOptions) {
    const {
      client,
      schema,
      table = 'sessions',
      createTable = true,
      unlogged = false,
      prepare = true,
    } = options
    super(options)
    if (typeof client?.query !== 'function') {
      throw new TypeError('The option "client" must be a Pool or a Client of pg')
    }
    checkFlags({ createTable, unlogged, prepare })
    this.#client = client
    this.#table = (schema === undefined ? '' : `${quoted('schema', schema)}.`) + quoted('table', table)
    this.#missing = { createTable, unlogged }
    this.#prepare = prepare
  }

  /**
   * A store on the database of this URL, with a pool of connections that `close()` ends. Connects when it is used. Fails when pg
   * is not installed.
   */
  static open(url: string, options: PostgresOpenOptions = {}): PostgresStore {
    const { max = 10, connectTimeout = 5000, queryTimeout = 10_000, ...others } = options
    checkCounts({ max, connectTimeout, queryTimeout })
    const pool = openPool(url, { max, connectTimeout, queryTimeout })
    const store = new PostgresStore({ ...others, client: pool })
    store.#pool = pool
    return store
  }

  /** What is to be known about the server and the table: for `coatcheck doctor`. */
  diagnose(): Promise<Finding[]> {
    const driver = this.#pool ? `pg ${versionIn('pg/package.json')}` : 'a client of the app'
    return diagnose(this.#client, this.#table, { driver, prepare: this.#prepare })
  }

  protected override async _open(): Promise<void> {
    this.#release ??= surviveErrors(this.#client)
    this.#sql = statementsOf(this.#table, await openTable(this.#client, this.#table, this.#missing))
  }

  protected override async _close(): Promise<void> {
    // A pool of its own may lose connections while it ends them.
    if (this.#pool) await this.#pool.end()
    else this.#release?.()
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const { read, renew } = this.#statements
    const [row] = await this.#rows(toText(sid), renewal, read, renew)
    return row && recordOf(row)
  }

  protected override async _readMany(
    sids: readonly string[],
    renewal?: Renewal,
  ): Promise<readonly ReadResult[]> {
    if (sids.length < MANY) return sids.map(sid => this._read(sid, renewal))
    const { readMany, renewMany } = this.#statements
    const ids = sids.map(toText)
    const rows = await this.#rows(ids, renewal, readMany, renewMany)
    const records = new Map(rows.map(row => [row.sid, recordOf(row)]))
    return ids.map(id => records.get(id))
  }

  protected override async _write(sid: string, data: string, ttl: number): Promise<void> {
    await this.#run(this.#statements.write, [toText(sid), toText(data), Math.min(ttl, LONGEST)])
  }

  protected override async _insert(sid: string, data: string, ttl: number): Promise<boolean> {
    const values = [toText(sid), toText(data), Math.min(ttl, LONGEST)]
    return Boolean((await this.#run(this.#statements.insert, values)).rowCount)
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
  ): Promise<UpdateResult> {
    const { update, replace } = this.#statements
    const values = [toText(sid), toText(data), Math.min(ttl, LONGEST)]
    if (expected === undefined) return (await this.#run(update, values)).rowCount ? 'updated' : 'missing'
    const { rows } = await this.#run(replace, [...values, toText(expected)])
    if (rows.length === 0) return 'missing'
    return rows[0].replaced ? 'updated' : 'changed'
  }

  protected override async _touch(sid: string, ttl: number): Promise<boolean> {
    const { rowCount } = await this.#run(this.#statements.touch, [toText(sid), Math.min(ttl, LONGEST)])
    return Boolean(rowCount)
  }

  protected override async _destroy(sid: string): Promise<boolean> {
    const { rows } = await this.#run(this.#statements.destroy, [toText(sid)])
    return rows[0]?.live === true
  }

  protected override async _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
  ): Promise<boolean> {
    const values = [toText(sid), toText(data), Math.min(ttl, LONGEST), toText(old), required]
    return (await this.#run(this.#statements.exchange, values)).rows[0].there
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    let after: string | undefined
    for (;;) {
      const { rows } = await this.#run(this.#statements.page, [after ?? ''])
      for (const row of rows) {
        if (row.sid !== after) yield { sid: fromText(row.sid), ...recordOf(row) }
      }
      if (rows.length < PAGE) return
      after = rows[rows.length - 1].sid
    }
  }

  protected override async _clear(): Promise<void> {
    let from: string | undefined = ''
    while (from !== undefined) {
      const { rows }: PostgresResult = await this.#run(this.#statements.clear, [from])
      from = rows[0]?.sid
    }
  }

  protected override async _count(): Promise<number> {
    const { rows } = await this.#run(this.#statements.count, [])
    return Number(rows[0].count)
  }

  protected override async _prune(limit: number): Promise<number> {
    return (await this.#run(this.#statements.prune, [limit])).rowCount ?? 0
  }

  get #statements(): Statements {
    return this.#sql as Statements
  }

  /** A server that takes no writes at the moment lets sessions be read all the same. */
  async #rows(
    ids: string | string[],
    renewal: Renewal | undefined,
    read: Statement,
    renew: Statement,
  ): Promise<PostgresResult['rows']> {
    if (renewal) {
      try {
        return (await this.#run(renew, [ids, renewal.prefix, Math.min(renewal.ttl, LONGEST)])).rows
      } catch (error) {
        if (codeOf(error) !== READ_ONLY) throw error
      }
    }
    return (await this.#run(read, [ids])).rows
  }

  /** Each statement is a transaction of its own, so that one that failed can be run once more. */
  async #run(statement: Statement, values: unknown[]): Promise<PostgresResult> {
    let failure: unknown
    for (let attempt = 1; ; attempt++) {
      const { name, text } = statement
      const prepare = this.#prepare
      try {
        return await this.#client.query(prepare ? { name, text, values } : { text, values })
      } catch (error) {
        const code = codeOf(error)
        // It was one of a transaction of the app: that is over, and the first failure tells why.
        if (failure && code === TRANSACTION_FAILED) throw failure
        if (prepare && NOT_PREPARED.has(code)) this.#stopPreparing()
        else if (!AGAIN.has(code) || attempt === ATTEMPTS) throw error
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

function recordOf({ data, ttl, renewed = false }: StoredRecord): StoredRecord {
  return { data: fromText(data), ttl: Number(ttl), renewed }
}

function checkFlags(flags: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(flags)) {
    if (typeof value !== 'boolean') throw new TypeError(`The option "${name}" must be true or false`)
  }
}

function checkCounts(counts: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!(Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 31)) {
      throw new TypeError(`The option "${name}" must be a whole number greater than 0 and less than 2 ** 31`)
    }
  }
}
