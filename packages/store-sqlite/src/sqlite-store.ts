import { resolve } from 'node:path'
import {
  type Diagnosing,
  type Finding,
  RecordStore,
  type Renewal,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'
import { checkOpenOptions, checkStoreOptions } from './check-options.ts'
import type { SqliteClient } from './client.ts'
import { Connection, type Origin } from './connection.ts'
import { diagnose } from './diagnose.ts'
import { type Driver, findDriver } from './drivers.ts'
import { GroupCommit } from './group-commit.ts'
import type { Layout } from './layout.ts'
import { openFile } from './open-file.ts'
import type { SqliteOpenOptions, SqliteStoreOptions } from './options.ts'
import { end, ends, now, owned, PAGE, type Row } from './rows.ts'
import { untilNextTick } from './timers.ts'

/** Sessions in a SQLite file. */
export class SqliteStore extends RecordStore implements Diagnosing {
  readonly #table: string
  readonly #owners: boolean
  #connection: Connection
  #writes: GroupCommit
  #driver: Driver | undefined
  #warned = false

  constructor(options: SqliteStoreOptions) {
    checkStoreOptions(options)
    const { client, table = 'sessions', busyTimeout, ...common } = options
    super(common)
    this.#table = table
    this.#owners = options.owner !== undefined
    this.#connection = new Connection(client, table, { busyTimeout, owners: this.#owners })
    this.#writes = new GroupCommit(this.#connection)
  }

  /**
   * Open a store on a file, or on `':memory:'`. `close()` closes it. The file is put in WAL mode, so several processes may use it.
   * Uses better-sqlite3 if it is installed and works, otherwise `node:sqlite`; in Bun, `bun:sqlite`. Fails when there is no driver,
   * and when the file is not a database or cannot be opened for writing.
   */
  static open(path: string, options: SqliteOpenOptions = {}): SqliteStore {
    if (typeof path !== 'string' || path === '')
      throw new TypeError('SqliteStore.open needs the path of a file')
    checkOpenOptions(options)
    const driver = findDriver()
    // Absolute, because the file may be opened again after a `chdir`.
    const file = path === ':memory:' ? path : resolve(path)
    const reopen = () => openFile(driver, file)
    const { client, isReady, id } = reopen()
    try {
      const store = new SqliteStore({ ...options, client })
      store.#use(client, { busyTimeout: options.busyTimeout ?? 5000, isReady, id, reopen })
      store.#driver = driver
      return store
    } catch (error) {
      client.close()
      throw error
    }
  }

  /** Findings about the file, for `coatcheck doctor`. Changes nothing. */
  async diagnose(): Promise<Finding[]> {
    return diagnose(this.#connection.client, { name: this.#table, owners: this.#owners }, this.#driver)
  }

  protected override async _open(): Promise<void> {
    await this.#connection.open()
  }

  protected override async _close(): Promise<void> {
    this.#writes.end()
    this.#connection.close()
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    this.#writes.flush(sid)
    const now = Date.now()
    const found = this.#connection.read(({ read, layout }) => {
      return read.get(sid, layout.toColumn(now)) as Row | undefined
    })
    // Most reads find the file free, and need not wait for another tick.
    const row = found instanceof Promise ? await found : found
    if (!row) return undefined
    // A write may have to wait for other processes, so a read writes only if the session is to be touched.
    const renewed =
      renewal !== undefined && row.data.startsWith(renewal.prefix) && (await this.#renew(sid, renewal))
    return { data: row.data, ttl: this.#layout.fromColumn(row.expires) - now, renewed }
  }

  protected override _write(sid: string, data: string, ttl: number, owner?: string): Promise<void> {
    return this.#writes.write([sid], ({ write, layout }) => {
      write.run(sid, data, ...ends(layout, ttl), ...owned(layout, owner))
    })
  }

  protected override _insert(sid: string, data: string, ttl: number, owner?: string): Promise<boolean> {
    return this.#writes.write([sid], ({ insert, layout }) => {
      return Boolean(
        insert.run(sid, data, ...ends(layout, ttl), ...owned(layout, owner), now(layout)).changes,
      )
    })
  }

  protected override _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
    owner?: string,
  ): Promise<UpdateResult> {
    return this.#writes.write([sid], ({ update, replace, read, layout }) => {
      const live = now(layout)
      const row = [data, end(layout, ttl), ...owned(layout, owner)]
      const { changes } =
        expected === undefined ? update.run(...row, sid, live) : replace.run(...row, sid, live, expected)
      if (changes) return 'updated'
      return expected !== undefined && read.get(sid, live) ? 'changed' : 'missing'
    })
  }

  protected override _touch(sid: string, ttl: number): Promise<boolean> {
    return this.#writes.write([sid], ({ touch, layout }) => {
      return Boolean(touch.run(end(layout, ttl), sid, now(layout)).changes)
    })
  }

  protected override _destroy(sid: string): Promise<string | false> {
    return this.#writes.write([sid], ({ destroy, layout }) => {
      // Not `get`: with some drivers it hides an error at the end of the statement.
      const [row] = destroy.all(sid) as Row[]
      return row && layout.fromColumn(row.expires) > Date.now() ? row.data : false
    })
  }

  protected override _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
    owner?: string,
  ): Promise<string | false> {
    return this.#writes.write([old, sid], ({ read, exchange, write, layout }) => {
      for (;;) {
        const live = now(layout)
        const there = read.get(old, live) as Row | undefined
        if (!there) break
        // If another process has written the session since, read it again.
        const row = [sid, data, end(layout, ttl), ...owned(layout, owner)]
        if (exchange.run(...row, old, live, there.data).changes) return there.data
      }
      if (!required) write.run(sid, data, ...ends(layout, ttl), ...owned(layout, owner))
      return false
    })
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    this.#writes.flush()
    let after: string | undefined
    for (;;) {
      const read = Date.now()
      const rows = await this.#connection.read(({ page, layout }) => {
        return page.all(after ?? '', layout.toColumn(read), PAGE) as (Row & { sid: string })[]
      })
      for (const { sid, data, expires } of rows) {
        if (sid !== after) yield { sid, data, ttl: this.#layout.fromColumn(expires) - read }
      }
      if (rows.length < PAGE) return
      after = rows[rows.length - 1]!.sid
      // The drivers are synchronous, so requests are served between pages and between batches.
      await untilNextTick()
    }
  }

  protected override async _owned(owner: string): Promise<StoredEntry[]> {
    this.#writes.flush()
    const read = Date.now()
    const rows = await this.#connection.read(({ owned, layout }) => {
      return owned.all(owner, layout.toColumn(read)) as (Row & { sid: string })[]
    })
    return rows.map(({ sid, data, expires }) => ({ sid, data, ttl: this.#layout.fromColumn(expires) - read }))
  }

  protected override _clear(): Promise<void> {
    return this.#writes.write([], ({ clear }) => {
      clear.run()
    })
  }

  protected override async _count(): Promise<number> {
    this.#writes.flush()
    return this.#connection.read(({ count, layout }) => {
      const live = now(layout)
      return Number((count.get(live, live, live) as { count: number | bigint }).count)
    })
  }

  /** Checks the sessions that are due, batch by batch. Expired ones are deleted. Those that were touched are due at their new expiry. */
  protected override async _prune(limit: number): Promise<number> {
    let deleted = 0
    for (;;) {
      const batch = limit - deleted
      const [postponed, pruned] = await this.#writes.write([], ({ postpone, prune, layout }) => {
        const live = now(layout)
        const due = Number(postpone.run(live, batch, live).changes)
        return [due, Number(prune.run(live, batch, live).changes)] as const
      })
      deleted += pruned
      if (postponed + pruned < batch) return deleted
      await untilNextTick()
      if (deleted === limit) return deleted
    }
  }

  get #layout(): Layout {
    return this.#connection.sql.layout
  }

  #use(client: SqliteClient, origin: Origin): void {
    this.#connection = new Connection(client, this.#table, { ...origin, owners: this.#owners })
    this.#writes = new GroupCommit(this.#connection)
  }

  /**
   * Touch the session that was read. The read does not wait for a locked file: it answers at once, and the touch is made when the file is
   * free. If the file cannot be written, the read succeeds, and the touch at the end of the request reports the error.
   */
  #renew(sid: string, { prefix, ttl }: Renewal): Promise<boolean> {
    return new Promise(answer => {
      let answered = false
      const onLocked = () => {
        answered = true
        answer(true)
      }
      const renewed = this.#writes.write(
        [sid],
        ({ renew, layout }) =>
          Boolean(renew.run(end(layout, ttl), sid, now(layout), prefix.length, prefix).changes),
        onLocked,
      )
      renewed.then(answer, error => {
        answer(false)
        if (answered) this.#warn(error)
      })
    })
  }

  /** Warns only once, because a file that stays locked would cause a warning for each request. */
  #warn(error: unknown): void {
    if (this.#warned) return
    this.#warned = true
    process.emitWarning(`Sessions that were read could not be touched: ${error}`, {
      code: 'COATCHECK_SQLITE_NOT_RENEWED',
    })
  }
}
