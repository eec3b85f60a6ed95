import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type Diagnosing,
  type Finding,
  RecordStore,
  type RecordStoreOptions,
  type Renewal,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'
import { diagnose } from './diagnose.ts'
import { GroupCommit } from './group-commit.ts'
import { type ColumnValue, layoutOf } from './layout.ts'
import { openFile } from './open-file.ts'
import { prepare, type Statements, schema } from './statements.ts'

/** What the store needs of a `better-sqlite3` Database. */
export interface SqliteClient {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  close(): unknown
  /** In a file opened for reading, tables and indexes are taken as they are. */
  readonly readonly?: boolean
  /** Whether a transaction has been begun and not ended. Where that is not told, each write is a transaction of its own. */
  readonly inTransaction?: boolean
}

export interface SqliteStatement {
  run(...parameters: unknown[]): { changes: number }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
}

/** Options of {@link SqliteStore.open}. */
export interface SqliteOpenOptions extends RecordStoreOptions {
  /** Name of the table, made if it is not there. Default `'sessions'`. */
  table?: string | undefined
  /** Milliseconds to wait for another process that is writing. Default 5000. */
  busyTimeout?: number | undefined
}

/** Options of {@link SqliteStore}. */
export interface SqliteStoreOptions extends RecordStoreOptions {
  /** A `Database` of `better-sqlite3`. The store never closes it. */
  client: SqliteClient
  /** Name of the table, made if it is not there. Default `'sessions'`. */
  table?: string | undefined
}

/** How many rows `entries` reads at a time. */
const PAGE = 500

/** Sessions in a SQLite file, through `better-sqlite3`. */
export class SqliteStore extends RecordStore implements Diagnosing {
  readonly #client: SqliteClient
  readonly #table: string
  #owned = false
  #sql: Statements | undefined
  #writes: GroupCommit | undefined

  constructor({ client, table = 'sessions', ...options }: SqliteStoreOptions) {
    super(options)
    if (typeof client?.prepare !== 'function' || typeof client.exec !== 'function') {
      throw new TypeError('The option "client" must be a Database of better-sqlite3')
    }
    if (typeof table !== 'string' || table === '' || table.includes('\0')) {
      throw new TypeError('The option "table" must be the name of a table')
    }
    this.#client = client
    this.#table = table
  }

  /**
   * A store on a file, or on `':memory:'`, that `close()` closes. Several processes may use one file: it is put in WAL mode.
   * Fails when better-sqlite3 is not installed, and when the file is no database or cannot be opened for writing.
   */
  static open(path: string, { busyTimeout = 5000, ...options }: SqliteOpenOptions = {}): SqliteStore {
    if (typeof path !== 'string' || path === '')
      throw new TypeError('SqliteStore.open needs the path of a file')
    if (!(Number.isInteger(busyTimeout) && busyTimeout >= 0)) {
      throw new TypeError('The option "busyTimeout" must be a whole number of milliseconds')
    }
    const client = openFile(path, busyTimeout)
    try {
      const store = new SqliteStore({ ...options, client })
      store.#owned = true
      return store
    } catch (error) {
      client.close()
      throw error
    }
  }

  /** What is to be known about the file: for `coatcheck doctor`. */
  async diagnose(): Promise<Finding[]> {
    return diagnose(this.#client, this.#table)
  }

  protected override async _open(): Promise<void> {
    const client = this.#client
    const layout = layoutOf(client, this.#table)
    if (!client.readonly) client.exec(schema(this.#table, layout))
    this.#sql = prepare(client, this.#table, layout)
    this.#writes = new GroupCommit(client)
  }

  protected override async _close(): Promise<void> {
    if (this.#owned) this.#client.close()
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const { read, layout } = this.#statements
    this.#group.flush(sid)
    const now = Date.now()
    const row = read.get(sid, layout.toColumn(now)) as Row | undefined
    if (!row) return undefined
    // Who writes may have to wait for other processes: that is left to the sessions that need it.
    const renewed =
      renewal !== undefined && row.data.startsWith(renewal.prefix) && (await this.#renew(sid, renewal))
    return { data: row.data, ttl: layout.fromColumn(row.expires) - now, renewed }
  }

  protected override _write(sid: string, data: string, ttl: number): Promise<void> {
    const { write, layout } = this.#statements
    return this.#group.write([sid], () => {
      write.run({ sid, data, end: layout.toColumn(Date.now() + ttl) })
    })
  }

  protected override _insert(sid: string, data: string, ttl: number): Promise<boolean> {
    const { insert, layout } = this.#statements
    return this.#group.write([sid], () => {
      const now = Date.now()
      const end = layout.toColumn(now + ttl)
      return insert.run({ sid, data, end, now: layout.toColumn(now) }).changes > 0
    })
  }

  protected override _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
  ): Promise<UpdateResult> {
    const { update, replace, read, layout } = this.#statements
    return this.#group.write([sid], () => {
      const now = Date.now()
      const [live, expires] = [layout.toColumn(now), layout.toColumn(now + ttl)]
      const { changes } =
        expected === undefined
          ? update.run(data, expires, sid, live)
          : replace.run(data, expires, sid, live, expected)
      if (changes > 0) return 'updated'
      return expected !== undefined && read.get(sid, live) ? 'changed' : 'missing'
    })
  }

  protected override _touch(sid: string, ttl: number): Promise<boolean> {
    const { touch, layout } = this.#statements
    return this.#group.write([sid], () => {
      const now = Date.now()
      return touch.run(layout.toColumn(now + ttl), sid, layout.toColumn(now)).changes > 0
    })
  }

  protected override _destroy(sid: string): Promise<boolean> {
    const { destroy } = this.#statements
    return this.#group.write([sid], () => destroy.run(sid).changes > 0)
  }

  protected override _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
  ): Promise<boolean> {
    const { exchange, write, layout } = this.#statements
    return this.#group.write([old, sid], () => {
      const now = Date.now()
      const end = layout.toColumn(now + ttl)
      const there = exchange.run({ old, sid, data, end, now: layout.toColumn(now) }).changes > 0
      if (!there && !required) write.run({ sid, data, end })
      return there
    })
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    const { page, layout } = this.#statements
    this.#group.flush()
    let after: string | undefined
    for (;;) {
      const now = Date.now()
      const rows = page.all(after ?? '', layout.toColumn(now), PAGE) as (Row & { sid: string })[]
      for (const { sid, data, expires } of rows) {
        if (sid !== after) yield { sid, data, ttl: layout.fromColumn(expires) - now }
      }
      if (rows.length < PAGE) return
      after = rows[rows.length - 1]!.sid
      // SQLite answers in the turn in which it is asked: pages and batches let requests through in between.
      await nextTurn()
    }
  }

  protected override async _clear(): Promise<void> {
    this.#group.flush()
    this.#statements.clear.run()
  }

  protected override async _count(): Promise<number> {
    const { count, layout } = this.#statements
    this.#group.flush()
    const now = layout.toColumn(Date.now())
    return Number((count.get(now, now, now) as { count: number | bigint }).count)
  }

  /** What is due, batch by batch: those whose expiry was moved meanwhile are due by then, the others are deleted. */
  protected override async _prune(limit: number): Promise<number> {
    const { postpone, prune, layout } = this.#statements
    let deleted = 0
    for (;;) {
      const now = layout.toColumn(Date.now())
      const batch = limit - deleted
      const postponed = postpone.run(now, batch, now).changes
      const { changes } = prune.run(now, batch, now)
      deleted += changes
      if (postponed + changes < batch) return deleted
      await nextTurn()
      if (deleted === limit) return deleted
    }
  }

  get #statements(): Statements {
    return this.#sql as Statements
  }

  get #group(): GroupCommit {
    return this.#writes as GroupCommit
  }

  async #renew(sid: string, { prefix, ttl }: Renewal): Promise<boolean> {
    const { renew, layout } = this.#statements
    try {
      return await this.#group.write([sid], () => {
        const now = Date.now()
        const end = layout.toColumn(now + ttl)
        return renew.run(end, sid, layout.toColumn(now), prefix.length, prefix).changes > 0
      })
    } catch {
      // What cannot be written, as another process writes or the disk is full, can be read still. The touch that follows tells why.
      return false
    }
  }
}

interface Row {
  data: string
  expires: ColumnValue
}
