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
import { checkClient, checkCounts, checkFlags, checkNames, OPEN_NAMES, STORE_NAMES } from './check-options.ts'
import { type MysqlClient, promising, surviveErrors } from './client.ts'
import { diagnose, versionIn } from './diagnose.ts'
import { DUPLICATE, numberOf, tooLong } from './failures.ts'
import { quoted } from './identifier.ts'
import type { Layout } from './layout.ts'
import { openPool } from './open-pool.ts'
import type { MysqlOpenOptions, MysqlStoreOptions } from './options.ts'
import type { OwnPool } from './own-pool.ts'
import { lifetime, Reads, type Row } from './reads.ts'
import { Runner } from './runner.ts'
import { BATCH, MOST, PAGE, type Statements, statementsOf } from './statements.ts'
import { type Missing, openTable } from './table.ts'
import { fromText, toText } from './text.ts'

/** From this many reads on, one statement is faster than one for each read. */
const MANY = 4
/** How many characters the column of the owner holds. */
const LONGEST_OWNER = 255
/** How often a change of a row is tried. Each time, another writer was faster. */
const ATTEMPTS = 100

/** Sessions in a table of MySQL or MariaDB, through `mysql2`. */
export class MysqlStore extends RecordStore implements Diagnosing {
  readonly #client: MysqlClient
  readonly #table: string
  readonly #missing: Missing
  readonly #reads = new Reads()
  #runner: Runner
  #pool: OwnPool | undefined
  #layout: Layout | undefined
  #sql: Statements | undefined
  #release: (() => void) | undefined

  constructor(options: MysqlStoreOptions) {
    const { client, database, table = 'sessions', createTable = true, prepare = true } = options
    super(options)
    checkNames(options, STORE_NAMES)
    checkClient(client)
    checkFlags({ createTable, prepare })
    this.#client = client
    this.#table = (database === undefined ? '' : `${quoted('database', database)}.`) + quoted('table', table)
    this.#missing = { createTable, owners: options.owner !== undefined }
    this.#runner = new Runner(promising(client), { prepare, lockPatience: 0 })
  }

  /**
   * A store on the database of this URL, with its own pool of connections, which `close()` ends. It connects on first use. Fails when
   * mysql2 is not installed.
   */
  static open(url: string, options: MysqlOpenOptions = {}): MysqlStore {
    checkNames(options, OPEN_NAMES)
    const { max = 10, connectTimeout = 5000, queryTimeout = 10_000, ...others } = options
    checkCounts({ max, connectTimeout, queryTimeout })
    const pool = openPool(url, { max, connectTimeout, queryTimeout })
    const store = new MysqlStore({ ...others, client: pool })
    store.#pool = pool
    store.#runner = new Runner(pool, { prepare: store.#runner.prepare, lockPatience: queryTimeout })
    return store
  }

  /** Findings about the server and the table, for `coatcheck doctor`. */
  diagnose(): Promise<Finding[]> {
    const driver = this.#pool ? `mysql2 ${versionIn('mysql2/package.json')}` : 'a client of the app'
    return diagnose(this.#runner, this.#table, { driver, owners: this.#missing.owners })
  }

  protected override async _open(): Promise<void> {
    this.#release ??= surviveErrors(this.#client)
    this.#layout = await openTable(this.#runner, this.#table, this.#missing)
    this.#sql = statementsOf(this.#table, this.#layout)
  }

  protected override async _close(): Promise<void> {
    if (this.#pool) await this.#pool.end()
    else this.#release?.()
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const [row] = await this.#reads.rows(this.#runner, this.#statements, [toText(sid)], renewal)
    return row && recordOf(row)
  }

  protected override async _readMany(
    sids: readonly string[],
    renewal?: Renewal,
  ): Promise<readonly ReadResult[]> {
    if (sids.length < MANY || sids.length > MOST) return sids.map(sid => this._read(sid, renewal))
    const ids = sids.map(toText)
    const rows = await this.#reads.rows(this.#runner, this.#statements, ids, renewal)
    const records = new Map(rows.map(row => [row.sid, recordOf(row)]))
    return ids.map(id => records.get(id))
  }

  protected override async _write(sid: string, data: string, ttl: number, owner?: string): Promise<void> {
    const values = [this.#id(sid), this.#data(data), lifetime(ttl), ...this.#owner(owner)]
    await this.#runner.run(this.#statements.write, values)
  }

  protected override async _insert(sid: string, data: string, ttl: number, owner?: string): Promise<boolean> {
    const values = [this.#id(sid), this.#data(data), lifetime(ttl), ...this.#owner(owner)]
    const { id } = await this.#runner.run(this.#statements.insert, values)
    return id !== 2
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
    owner?: string,
  ): Promise<UpdateResult> {
    const { update, replace, read } = this.#statements
    const values = [this.#data(data), lifetime(ttl), ...this.#owner(owner), toText(sid)]
    if (expected === undefined) {
      const { id } = await this.#runner.run(update, values)
      return id === 1 ? 'updated' : 'missing'
    }
    const { id } = await this.#runner.run(replace, [...values, toText(expected)])
    if (id === 1) return 'updated'
    const { rows } = await this.#runner.run(read, [toText(sid)])
    return rows.length > 0 ? 'changed' : 'missing'
  }

  protected override async _touch(sid: string, ttl: number): Promise<boolean> {
    // A touch has no data to lose, so it does not wait long for a lock.
    const { id } = await this.#runner.runAtOnce(this.#statements.touch, [lifetime(ttl), toText(sid)])
    return id === 1
  }

  protected override async _destroy(sid: string): Promise<string | false> {
    const { remove } = this.#statements
    return this.#withFound(sid, async text => {
      const { affected } = await this.#runner.run(remove, [toText(sid), text])
      return affected > 0
    })
  }

  protected override async _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
    owner?: string,
  ): Promise<string | false> {
    const values = [this.#data(data), lifetime(ttl), ...this.#owner(owner), this.#id(sid), toText(old)]
    const removed = await this.#withFound(old, text => this.#move(sid, [...values, text]))
    if (removed === false && !required) await this._write(sid, data, ttl, owner)
    return removed
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    const { firstPage, nextPage } = this.#statements
    let { rows } = await this.#runner.run(firstPage, [])
    for (;;) {
      for (const row of rows) yield { sid: fromText(row.sid), ...recordOf(row) }
      if (rows.length < PAGE) return
      rows = (await this.#runner.run(nextPage, [rows[rows.length - 1].sid])).rows
    }
  }

  protected override async _owned(owner: string): Promise<StoredEntry[]> {
    const { rows } = await this.#runner.run(this.#statements.owned, [toText(owner)])
    return (rows as Row[]).map(row => ({ sid: fromText(row.sid), ...recordOf(row) }))
  }

  protected override async _clear(): Promise<void> {
    for (;;) {
      const { affected } = await this.#runner.run(this.#statements.clear, [])
      if (affected < BATCH) return
    }
  }

  protected override async _count(): Promise<number> {
    const { rows } = await this.#runner.run(this.#statements.count, [])
    return Number(rows[0].count)
  }

  protected override async _prune(limit: number): Promise<number> {
    const { affected } = await this.#runner.run(this.#statements.prune(limit), [])
    return affected
  }

  /**
   * Reads the live row of this id, and calls `change` with its text. `change` writes only if the row still has this text, and returns
   * whether it did. If another writer was faster, starts again, because MySQL has no `DELETE … RETURNING`. Returns the data, or `false`
   * if there is no such row.
   */
  async #withFound(sid: string, change: (text: string) => Promise<boolean>): Promise<string | false> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { rows } = await this.#runner.run(this.#statements.find, [toText(sid)])
      if (rows.length === 0) return false
      const text: string = rows[0].data ?? ''
      if (await change(text)) return fromText(text)
    }
    throw new Error(`The session was changed ${ATTEMPTS} times during its removal`)
  }

  /** Turns one row into another with one statement. If the new id is taken, removes that row; the caller tries again. */
  async #move(sid: string, values: unknown[]): Promise<boolean> {
    const { move, makeRoom } = this.#statements
    try {
      const { affected } = await this.#runner.run(move, values)
      return affected > 0
    } catch (error) {
      if (numberOf(error) !== DUPLICATE) throw error
      await this.#runner.run(makeRoom, [toText(sid)])
      return false
    }
  }

  /** The id for a write. Without a strict `sql_mode`, the server truncates long ids, so two of them could become the same id. */
  #id(sid: string): string {
    const text = toText(sid)
    const { longestSid, sid: column } = this.#layout as Layout
    if (text.length > longestSid && [...text].length > longestSid) throw tooLong(column)
    return text
  }

  /** The owner, if the table has a column for it. */
  #owner(owner: string | undefined): (string | null)[] {
    if (!this.#missing.owners) return []
    const text = owner === undefined ? null : toText(owner)
    if (text !== null && text.length > LONGEST_OWNER) throw tooLong('owner')
    return [text]
  }

  #data(data: string): string {
    const text = toText(data)
    const { longestData } = this.#layout as Layout
    if (text.length * 3 > longestData && Buffer.byteLength(text) > longestData) throw tooLong('data')
    return text
  }

  get #statements(): Statements {
    return this.#sql as Statements
  }
}

function recordOf({ data, ttl, renewed = false }: Row): StoredRecord {
  return { data: fromText(data ?? ''), ttl: Number(ttl), renewed }
}
