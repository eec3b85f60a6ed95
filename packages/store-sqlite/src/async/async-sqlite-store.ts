import {
  type Diagnosing,
  type Finding,
  RecordStore,
  type Renewal,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'
import { checkAsyncOptions } from '../check-options.ts'
import { diagnoseBy } from '../diagnose.ts'
import { isResult } from '../failures.ts'
import { COLUMNS, type Layout, layoutWith } from '../layout.ts'
import { end, ends, now, owned, PAGE, type Row } from '../rows.ts'
import { ownersOf, schemaOf, type Texts, textsOf } from '../statements.ts'
import { untilNextTick } from '../timers.ts'
import type { AsyncSqliteStoreOptions } from './options.ts'
import { Runner } from './runner.ts'

/** Statements, of which those that write return a row for each row that they have written. */
interface Statements extends Texts {
  readonly layout: Layout
}

/** Sessions in a SQLite file, through a client whose statements are answered later: of a query builder, of an ORM or of libSQL. */
export class AsyncSqliteStore extends RecordStore implements Diagnosing {
  readonly #table: string
  readonly #owners: boolean
  readonly #runner: Runner
  #statements: Statements | undefined

  constructor(options: AsyncSqliteStoreOptions) {
    checkAsyncOptions(options)
    const { client, table = 'sessions', busyTimeout = 5000, ...common } = options
    super(common)
    this.#table = table
    this.#owners = options.owner !== undefined
    this.#runner = new Runner(client, busyTimeout)
  }

  /** Findings about the file, for `coatcheck doctor`. Changes nothing. */
  diagnose(): Promise<Finding[]> {
    const query = (sql: string, ...parameters: unknown[]) => this.#runner.run(sql, ...parameters)
    return diagnoseBy(query, { name: this.#table, owners: this.#owners }, 'a client of the app')
  }

  protected override async _open(): Promise<void> {
    const columns = await this.#runner.run(COLUMNS, this.#table)
    const layout = { ...layoutWith(columns, this.#table), owners: this.#owners }
    await this.#create(layout)
    const texts = Object.entries(textsOf(this.#table, layout))
    const returning = texts.map(([operation, text]) => [operation, withRows(operation, text)])
    this.#statements = { layout, ...Object.fromEntries(returning) }
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const { read, layout } = this.#sql
    const time = Date.now()
    const [row] = await this.#runner.run<Row>(read, sid, layout.toColumn(time))
    if (!row) return undefined
    const renewed = renewal !== undefined && row.data.startsWith(renewal.prefix)
    return {
      data: row.data,
      ttl: layout.fromColumn(row.expires) - time,
      renewed: renewed && (await this.#renew(sid, renewal)),
    }
  }

  protected override async _write(sid: string, data: string, ttl: number, owner?: string): Promise<void> {
    const { write, layout } = this.#sql
    await this.#runner.run(write, sid, data, ...ends(layout, ttl), ...owned(layout, owner))
  }

  protected override async _insert(sid: string, data: string, ttl: number, owner?: string): Promise<boolean> {
    const { insert, layout } = this.#sql
    const row = [sid, data, ...ends(layout, ttl), ...owned(layout, owner)]
    return some(await this.#runner.run(insert, ...row, now(layout)))
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
    owner?: string,
  ): Promise<UpdateResult> {
    const { update, replace, read, layout } = this.#sql
    const values = [data, end(layout, ttl), ...owned(layout, owner), sid, now(layout)]
    if (expected === undefined) return some(await this.#runner.run(update, ...values)) ? 'updated' : 'missing'
    if (some(await this.#runner.run(replace, ...values, expected))) return 'updated'
    return some(await this.#runner.run(read, sid, now(layout))) ? 'changed' : 'missing'
  }

  protected override async _touch(sid: string, ttl: number): Promise<boolean> {
    const { touch, layout } = this.#sql
    return some(await this.#runner.run(touch, end(layout, ttl), sid, now(layout)))
  }

  protected override async _destroy(sid: string): Promise<string | false> {
    const { destroy, layout } = this.#sql
    const [row] = await this.#runner.run<Row>(destroy, sid)
    return row !== undefined && layout.fromColumn(row.expires) > Date.now() && row.data
  }

  protected override async _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
    owner?: string,
  ): Promise<string | false> {
    const { read, exchange, layout } = this.#sql
    for (;;) {
      const live = now(layout)
      const [there] = await this.#runner.run<Row>(read, old, live)
      if (!there) break
      // If another writer has changed the session since, read it again.
      const values = [sid, data, end(layout, ttl), ...owned(layout, owner), old, live, there.data]
      if (some(await this.#runner.run(exchange, ...values))) return there.data
    }
    if (!required) await this._write(sid, data, ttl, owner)
    return false
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    const { page, layout } = this.#sql
    let after: string | undefined
    for (;;) {
      const time = Date.now()
      const rows = await this.#runner.run<Row & { sid: string }>(
        page,
        after ?? '',
        layout.toColumn(time),
        PAGE,
      )
      for (const { sid, data, expires } of rows) {
        if (sid !== after) yield { sid, data, ttl: layout.fromColumn(expires) - time }
      }
      if (rows.length < PAGE) return
      after = rows[rows.length - 1]!.sid
      await untilNextTick()
    }
  }

  protected override async _owned(owner: string): Promise<StoredEntry[]> {
    const { owned, layout } = this.#sql
    const time = Date.now()
    const rows = await this.#runner.run<Row & { sid: string }>(owned, owner, layout.toColumn(time))
    return rows.map(({ sid, data, expires }) => ({ sid, data, ttl: layout.fromColumn(expires) - time }))
  }

  protected override async _clear(): Promise<void> {
    await this.#runner.run(this.#sql.clear)
  }

  protected override async _count(): Promise<number> {
    const { count, layout } = this.#sql
    const live = now(layout)
    const [row] = await this.#runner.run<{ count: number | bigint }>(count, live, live, live)
    return Number(row!.count)
  }

  /** Checks the sessions that are due, batch by batch, as `SqliteStore` does. */
  protected override async _prune(limit: number): Promise<number> {
    const { postpone, prune, layout } = this.#sql
    let deleted = 0
    for (;;) {
      const batch = limit - deleted
      const live = now(layout)
      const postponed = await this.#runner.run(postpone, live, batch, live)
      const pruned = await this.#runner.run(prune, live, batch, live)
      deleted += pruned.length
      if (postponed.length + pruned.length < batch || deleted === limit) return deleted
      await untilNextTick()
    }
  }

  get #sql(): Statements {
    return this.#statements as Statements
  }

  /** Creates what does not exist of the table. A read-only file is left unchanged. */
  async #create(layout: Layout): Promise<void> {
    try {
      for (const statement of schemaOf(this.#table, layout)) await this.#runner.run(statement)
      if (layout.owners) await this.#addOwners()
    } catch (error) {
      if (!isResult(error, 'READONLY')) throw error
    }
  }

  /** Adds the column and its index, unless they are there, or another process adds them at the same time. */
  async #addOwners(): Promise<void> {
    const { has, add, index } = ownersOf(this.#table)
    const hasColumn = async () => some(await this.#runner.run(has, this.#table))
    if (!(await hasColumn())) {
      try {
        await this.#runner.run(add)
      } catch (error) {
        if (!(await hasColumn())) throw error
      }
    }
    await this.#runner.run(index)
  }

  /** Touches the session that was read. If that fails, the read does not: the touch at the end of the request reports the error. */
  async #renew(sid: string, { prefix, ttl }: Renewal): Promise<boolean> {
    const { renew, layout } = this.#sql
    const values = [end(layout, ttl), sid, now(layout), prefix.length, prefix]
    return some((await this.#runner.runIfPossible(renew, ...values)) ?? [])
  }
}

/** Clients differ in how they tell the number of rows that a statement has written. All of them return rows. */
function withRows(operation: string, text: string): string {
  return /^(insert|renew|update|replace|touch|exchange|postpone|prune)$/.test(operation)
    ? `${text} RETURNING 1 AS done`
    : text
}

function some(rows: readonly unknown[]): boolean {
  return rows.length > 0
}
