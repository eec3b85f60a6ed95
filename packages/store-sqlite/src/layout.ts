import type { SqliteClient } from './client.ts'

/** A `bigint` if the client is configured to return those. */
export type ColumnValue = number | bigint | string

/** The columns of a table of sessions, and the form of its expiry. */
export interface Layout {
  readonly data: string
  readonly expires: string
  /**
   * The column with the index, by which pruning finds expired sessions. In the store's own table it has a time that is never after the
   * expiry. A touch does not change it, because writing a page of the index would double the cost. In other tables it is the expiry.
   */
  readonly due: string
  /** Whether the store keeps owners, in the column `owner`. */
  readonly owners?: boolean | undefined
  /** From epoch milliseconds to the column's form, which sorts by time. */
  toColumn(ms: number): ColumnValue
  /** From the column's form to epoch milliseconds. */
  fromColumn(value: ColumnValue): number
}

/** The latest expiry: years after 9999 do not sort as text, and SQLite's own functions do not support them. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** The store's own table: epoch milliseconds. */
const OWN: Layout = {
  data: 'data',
  expires: 'expires',
  due: 'due',
  toColumn: wholeMs,
  fromColumn: Number,
}

/** The same table, created by hand without `due`. */
const OWN_WITHOUT_DUE: Layout = { ...OWN, due: 'expires' }

/** connect-sqlite3's: epoch milliseconds too, in a column without a type. */
const CONNECT_SQLITE3: Layout = { ...OWN, data: 'sess', expires: 'expired', due: 'expired' }

/** better-sqlite3-session-store's: ISO 8601 in UTC, as text. */
const BETTER_SQLITE3_SESSION_STORE: Layout = {
  data: 'sess',
  expires: 'expire',
  due: 'expire',
  toColumn: ms => new Date(wholeMs(ms)).toISOString(),
  fromColumn: value => Date.parse(String(value)),
}

/** connect-session-knex's: the same text, in columns with the names of connect-sqlite3. */
const CONNECT_SESSION_KNEX: Layout = { ...BETTER_SQLITE3_SESSION_STORE, expires: 'expired', due: 'expired' }

const LAYOUTS = [OWN, OWN_WITHOUT_DUE, CONNECT_SQLITE3, BETTER_SQLITE3_SESSION_STORE]

/** The query for the columns of a table, whose name is its parameter. */
export const COLUMNS = 'SELECT name, type FROM pragma_table_info(?)'

/** The layout of the table; the store's own when it does not exist. Throws a TypeError when it is not a table of sessions. */
export function layoutOf(client: SqliteClient, table: string): Layout {
  return layoutWith(client.prepare(COLUMNS).all(table), table)
}

/** The same, of the rows of {@link COLUMNS}. */
export function layoutWith(rows: readonly unknown[], table: string): Layout {
  const types = new Map((rows as { name: string; type: string }[]).map(({ name, type }) => [name, type]))
  const names = new Set(types.keys())
  if (names.size === 0) return OWN
  const layout = LAYOUTS.find(({ data, expires, due }) =>
    ['sid', data, expires, due].every(column => names.has(column)),
  )
  // Only connect-session-knex declares a type.
  if (layout === CONNECT_SQLITE3 && /date|time/i.test(types.get('expired') ?? '')) return CONNECT_SESSION_KNEX
  if (layout) return layout
  throw new TypeError(
    `The table "${table}" is not a table of sessions: it has the columns ${[...names].join(', ')}. Set another name with the option "table"`,
  )
}

function wholeMs(ms: number): number {
  return Math.min(Math.ceil(ms), LAST)
}
