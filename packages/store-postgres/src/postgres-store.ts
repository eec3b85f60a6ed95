import {
  type Diagnosing,
  type Finding,
  type ReadResult,
  RecordStore,
  type Renewal,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'
import { type BatchedKind, BatchedWrites, type Value } from './batched-writes.ts'
import { checkClient, checkCounts, checkFlags, checkNames, OPEN_NAMES, STORE_NAMES } from './check-options.ts'
import { type PostgresClient, type PostgresResult, surviveErrors } from './client.ts'
import { diagnose, versionIn } from './diagnose.ts'
import { quoted } from './identifier.ts'
import { openPool } from './open-pool.ts'
import type { PostgresOpenOptions, PostgresStoreOptions } from './options.ts'
import type { OwnPool } from './own-pool.ts'
import { Runner } from './runner.ts'
import { LONGEST, PAGE, type Statements, statementsOf } from './statements.ts'
import { type Missing, openTable } from './table.ts'
import { arrayOf, fromText, toText } from './text.ts'
import { Reads } from './touch-on-read.ts'

/** From this many reads on, one statement is faster than one for each read, whose plans PostgreSQL has already. */
const MANY = 4

/** The values of a statement that writes a row. */
type Row = [sid: string, ...others: Value[]]

/** A row that a statement returns. */
type ResultRow = PostgresResult['rows'][number]

/** Sessions in a PostgreSQL table, through `pg`. */
export class PostgresStore extends RecordStore implements Diagnosing {
  readonly #client: PostgresClient
  readonly #table: string
  readonly #missing: Missing
  readonly #reads = new Reads()
  readonly #writes = new BatchedWrites((kind, columns) =>
    this.#runner.runAtOnce(this.#statements[`${kind}Many`], columns),
  )
  #runner: Runner
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
    checkNames(options, STORE_NAMES)
    checkClient(client)
    checkFlags({ createTable, unlogged, prepare })
    this.#client = client
    this.#table = (schema === undefined ? '' : `${quoted('schema', schema)}.`) + quoted('table', table)
    this.#missing = { createTable, unlogged, owners: options.owner !== undefined }
    this.#runner = new Runner(client, { prepare, lockPatience: 0 })
  }

  /**
   * A store on the database of this URL, with its own pool of connections, which `close()` ends. It connects on first use. Fails when
   * pg is not installed.
   */
  static open(url: string, options: PostgresOpenOptions = {}): PostgresStore {
    checkNames(options, OPEN_NAMES)
    const { max = 10, connectTimeout = 5000, queryTimeout = 10_000, ...others } = options
    checkCounts({ max, connectTimeout, queryTimeout })
    const pool = openPool(url, { max, connectTimeout, queryTimeout })
    const store = new PostgresStore({ ...others, client: pool })
    store.#pool = pool
    store.#runner = new Runner(pool, { prepare: store.#runner.prepare, lockPatience: queryTimeout })
    return store
  }

  /** Findings about the server and the table, for `coatcheck doctor`. */
  diagnose(): Promise<Finding[]> {
    const driver = this.#pool ? `pg ${versionIn('pg/package.json')}` : 'a client of the app'
    const { prepare } = this.#runner
    const { owners } = this.#missing
    return diagnose(this.#runner, this.#table, { driver, owners, prepare, connection: this.#client })
  }

  protected override async _open(): Promise<void> {
    this.#release ??= surviveErrors(this.#client)
    this.#sql = statementsOf(this.#table, await openTable(this.#runner, this.#table, this.#missing))
  }

  protected override async _close(): Promise<void> {
    // A pool may lose connections while it ends, so its listener stays.
    if (this.#pool) await this.#pool.end()
    else this.#release?.()
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const [row] = await this.#reads.rows(this.#runner, this.#statements, toText(sid), renewal)
    return row && recordOf(row)
  }

  protected override async _readMany(
    sids: readonly string[],
    renewal?: Renewal,
  ): Promise<readonly ReadResult[]> {
    if (sids.length < MANY) return sids.map(sid => this._read(sid, renewal))
    const { readMany: read, renewMany: renew } = this.#statements
    const ids = sids.map(toText)
    const rows = await this.#reads.rows(this.#runner, { read, renew }, arrayOf(ids), renewal)
    const records = new Map(rows.map(row => [row.sid, recordOf(row)]))
    return ids.map(id => records.get(id))
  }

  protected override async _write(sid: string, data: string, ttl: number, owner?: string): Promise<void> {
    return this.#write('write', this.#row(sid, data, ttl, owner), () => {})
  }

  protected override async _insert(sid: string, data: string, ttl: number, owner?: string): Promise<boolean> {
    return this.#write('insert', this.#row(sid, data, ttl, owner), Boolean)
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
    owner?: string,
  ): Promise<UpdateResult> {
    if (expected === undefined)
      return this.#write('update', this.#row(sid, data, ttl, owner), done => (done ? 'updated' : 'missing'))
    return this.#write('replace', this.#row(sid, data, ttl, owner, toText(expected)), held => {
      if (!held) return 'missing'
      return held.replaced ? 'updated' : 'changed'
    })
  }

  protected override async _touch(sid: string, ttl: number): Promise<boolean> {
    return this.#write('touch', [toText(sid), Math.min(ttl, LONGEST)], Boolean)
  }

  protected override async _destroy(sid: string): Promise<string | false> {
    return this.#write('destroy', [toText(sid)], removed)
  }

  protected override async _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
    owner?: string,
  ): Promise<string | false> {
    this.#writes.flush(toText(sid))
    this.#writes.flush(toText(old))
    const values = this.#row(sid, data, ttl, owner, toText(old), required)
    const { rows } = await this.#runner.run(this.#statements.exchange, values)
    return removed(rows[0])
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    let after: string | undefined
    for (;;) {
      const { rows } = await this.#runner.run(this.#statements.page, [after ?? ''])
      for (const row of rows) {
        if (row.sid !== after) yield { sid: fromText(row.sid), ...recordOf(row) }
      }
      if (rows.length < PAGE) return
      after = rows[rows.length - 1].sid
    }
  }

  protected override async _owned(owner: string): Promise<StoredEntry[]> {
    this.#writes.flush()
    const { rows } = await this.#runner.run(this.#statements.owned, [toText(owner)])
    return rows.map(row => ({ sid: fromText(row.sid), ...recordOf(row) }))
  }

  protected override async _clear(): Promise<void> {
    this.#writes.flush()
    let from: string | undefined = ''
    while (from !== undefined) {
      const { rows }: PostgresResult = await this.#runner.run(this.#statements.clear, [from])
      from = rows[0]?.sid
    }
  }

  protected override async _count(): Promise<number> {
    const { rows } = await this.#runner.run(this.#statements.count, [])
    return Number(rows[0].count)
  }

  protected override async _prune(limit: number): Promise<number> {
    const { rows } = await this.#runner.run(this.#statements.prune, [limit])
    return Number(rows[0].count)
  }

  /** Writes a row, together with others of this tick. On a single connection it goes alone: that may be in a transaction of the app. */
  #write<T>(kind: BatchedKind, values: Row, answer: (row: ResultRow | undefined) => T): Promise<T> {
    const alone = async (): Promise<T> => {
      const statement = this.#statements[kind]
      // A touch has no data to lose, so it does not wait long for a lock.
      const { rows } = await (kind === 'touch'
        ? this.#runner.runAtOnce(statement, values)
        : this.#runner.run(statement, values))
      return answer(rows[0])
    }
    return this.#runner.isLone ? alone() : this.#writes.add(kind, { values, answer, alone })
  }

  /** The values of a statement that writes a row; the owner is the last one, if the table has a column for it. */
  #row(sid: string, data: string, ttl: number, owner: string | undefined, ...others: Value[]): Row {
    const values: Row = [toText(sid), toText(data), Math.min(ttl, LONGEST), ...others]
    if (this.#missing.owners) values.push(owner === undefined ? null : toText(owner))
    return values
  }

  get #statements(): Statements {
    return this.#sql as Statements
  }
}

function recordOf({ data, ttl, renewed = false }: StoredRecord): StoredRecord {
  return { data: fromText(data), ttl: Number(ttl), renewed }
}

/** The text of the session that a statement has removed. An expired session counts as not there. */
function removed(row: ResultRow | undefined): string | false {
  return row?.live === true && fromText(row.data)
}
