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
import { type ColumnValue, type Layout, layoutOf } from './layout.ts'
import { openFile } from './open-file.ts'

/** What the store needs of a `better-sqlite3` Database. */
export interface SqliteClient {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  close(): unknown
  /** In a file opened for reading, tables and indexes are taken as they are. */
  readonly readonly?: boolean
}

interface SqliteStatement {
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
    const table = quote(this.#table)
    const client = this.#client
    const layout = layoutOf(client, this.#table)
    if (!client.readonly) client.exec(schema(this.#table, layout))
    this.#sql = prepare(client, table, layout)
  }

  protected override async _close(): Promise<void> {
    if (this.#owned) this.#client.close()
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const { read, layout } = this.#statements
    const now = Date.now()
    const row = read.get(sid, layout.toColumn(now)) as Row | undefined
    if (!row) return undefined
    // Who writes may have to wait for other processes: that is left to the sessions that need it.
    const renewed =
      renewal !== undefined && row.data.startsWith(renewal.prefix) && this.#renew(sid, renewal, now)
    return { data: row.data, ttl: layout.fromColumn(row.expires) - now, renewed }
  }

  protected override async _write(sid: string, data: string, ttl: number): Promise<void> {
    const { write, layout } = this.#statements
    write.run({ sid, data, end: layout.toColumn(Date.now() + ttl) })
  }

  protected override async _insert(sid: string, data: string, ttl: number): Promise<boolean> {
    const { insert, layout } = this.#statements
    const now = Date.now()
    const end = layout.toColumn(now + ttl)
    return insert.run({ sid, data, end, now: layout.toColumn(now) }).changes > 0
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
  ): Promise<UpdateResult> {
    const { update, replace, read, layout } = this.#statements
    const now = Date.now()
    const [live, expires] = [layout.toColumn(now), layout.toColumn(now + ttl)]
    const { changes } =
      expected === undefined
        ? update.run(data, expires, sid, live)
        : replace.run(data, expires, sid, live, expected)
    if (changes > 0) return 'updated'
    return expected !== undefined && read.get(sid, live) ? 'changed' : 'missing'
  }

  protected override async _touch(sid: string, ttl: number): Promise<boolean> {
    const { touch, layout } = this.#statements
    const now = Date.now()
    return touch.run(layout.toColumn(now + ttl), sid, layout.toColumn(now)).changes > 0
  }

  protected override async _destroy(sid: string): Promise<boolean> {
    return this.#statements.destroy.run(sid).changes > 0
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    const { page, layout } = this.#statements
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
    this.#statements.clear.run()
  }

  protected override async _count(): Promise<number> {
    const { count, layout } = this.#statements
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

  #renew(sid: string, { prefix, ttl }: Renewal, now: number): boolean {
    const { renew, layout } = this.#statements
    try {
      const end = layout.toColumn(now + ttl)
      return renew.run(end, sid, layout.toColumn(now), prefix.length, prefix).changes > 0
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

type Statements = ReturnType<typeof prepare>

/** Makes what is not there: the table in our own layout, and in each the index that pruning needs. */
function schema(name: string, { due, expires }: Layout): string {
  const table = quote(name)
  // With row ids: a session of more than a quarter of a page would take pages of its own without them.
  const ours = `
    CREATE TABLE IF NOT EXISTS ${table} (
      sid TEXT NOT NULL PRIMARY KEY,
      due INTEGER NOT NULL DEFAULT 0,
      expires INTEGER NOT NULL,
      data TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER IF NOT EXISTS ${quote(`${name}_earlier`)}
      AFTER UPDATE OF expires ON ${table} WHEN new.expires < old.due
      BEGIN UPDATE ${table} SET due = new.expires WHERE sid = new.sid; END;`
  return `
    ${due === expires ? '' : ours}
    CREATE INDEX IF NOT EXISTS ${quote(`${name}_${due}`)} ON ${table} (${due});`
}

/** Every statement, once. The table's name is quoted; the columns are those of a known layout. */
function prepare(client: SqliteClient, table: string, layout: Layout) {
  const { data, expires, due } = layout
  const ends = due === expires ? [expires] : [expires, due]
  const row = `(sid, ${data}, ${ends.join(', ')}) VALUES (@sid, @data, ${ends.map(() => '@end').join(', ')})`
  const isDue = `sid IN (SELECT sid FROM ${table} WHERE ${due} <= ? ORDER BY ${due} LIMIT ?)`
  return {
    layout,
    read: client.prepare(
      `SELECT ${data} AS data, ${expires} AS expires FROM ${table} WHERE sid = ? AND ${expires} > ?`,
    ),
    renew: client.prepare(`
      UPDATE ${table} SET ${expires} = ? WHERE sid = ? AND ${expires} > ? AND substr(${data}, 1, ?) = ?`),
    write: client.prepare(`
      INSERT INTO ${table} ${row}
      ON CONFLICT (sid) DO UPDATE SET ${data} = excluded.${data}, ${expires} = excluded.${expires}`),
    insert: client.prepare(`
      INSERT INTO ${table} ${row}
      ON CONFLICT (sid) DO UPDATE SET ${data} = excluded.${data}, ${expires} = excluded.${expires}
      WHERE ${expires} <= @now`),
    update: client.prepare(
      `UPDATE ${table} SET ${data} = ?, ${expires} = ? WHERE sid = ? AND ${expires} > ?`,
    ),
    replace: client.prepare(
      `UPDATE ${table} SET ${data} = ?, ${expires} = ? WHERE sid = ? AND ${expires} > ? AND ${data} = ?`,
    ),
    touch: client.prepare(`UPDATE ${table} SET ${expires} = ? WHERE sid = ? AND ${expires} > ?`),
    destroy: client.prepare(`DELETE FROM ${table} WHERE sid = ?`),
    page: client.prepare(`
      SELECT sid, ${data} AS data, ${expires} AS expires FROM ${table}
      WHERE sid >= ? AND ${expires} > ? ORDER BY sid LIMIT ?`),
    clear: client.prepare(`DELETE FROM ${table}`),
    count: client.prepare(`
      SELECT (SELECT count(*) FROM ${table} WHERE ${due} > ?)
        + (SELECT count(*) FROM ${table} WHERE ${due} <= ? AND ${expires} > ?) AS count`),
    postpone: client.prepare(`UPDATE ${table} SET ${due} = ${expires} WHERE ${isDue} AND ${expires} > ?`),
    prune: client.prepare(`DELETE FROM ${table} WHERE ${isDue} AND ${expires} <= ?`),
  }
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
