import type { SqliteClient } from './sqlite-store.ts'

/** A `bigint` when the client was told to give those. */
export type ColumnValue = number | bigint | string

/** How a table keeps sessions: its columns, and the form of its expiry. */
export interface Layout {
  readonly data: string
  readonly expires: string
  /**
   * The column with the index: what is expired is due. Our own holds a time that is never after the expiry and that moving the expiry
   * leaves alone, since the pages of an index cost a touch as much again as that of its row. In other tables it is the expiry.
   */
  readonly due: string
  /** Epoch milliseconds to what the column holds, in a form whose order is that of time. */
  toColumn(ms: number): number | string
  /** What the column holds to epoch milliseconds. */
  fromColumn(value: ColumnValue): number
}

/** Years after 9999 do not sort as text, and SQLite's own functions do not know them: what lasts longer ends here. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Our own: epoch milliseconds. */
const OWN: Layout = {
  data: 'data',
  expires: 'expires',
  due: 'due',
  toColumn: ms => Math.min(Math.ceil(ms), LAST),
  fromColumn: Number,
}

/** The same table, made by hand without `due`. */
const OWN_WITHOUT_DUE: Layout = { ...OWN, due: 'expires' }

/** connect-sqlite3's: epoch milliseconds too, in a column without a type. */
const CONNECT_SQLITE3: Layout = { ...OWN, data: 'sess', expires: 'expired', due: 'expired' }

/** better-sqlite3-session-store's: ISO 8601 in UTC, as text. */
const BETTER_SQLITE3_SESSION_STORE: Layout = {
  data: 'sess',
  expires: 'expire',
  due: 'expire',
  toColumn: ms => new Date(OWN.toColumn(ms)).toISOString(),
  fromColumn: value => Date.parse(String(value)),
}

const LAYOUTS = [OWN, OWN_WITHOUT_DUE, CONNECT_SQLITE3, BETTER_SQLITE3_SESSION_STORE]

/** The layout of a table that is there, ours when there is none. Throws when it is not a table of sessions. */
export function layoutOf(client: SqliteClient, table: string): Layout {
  const columns = client.prepare('SELECT name FROM pragma_table_info(?)').all(table) as { name: string }[]
  const names = new Set(columns.map(column => column.name))
  if (names.size === 0) return OWN
  const layout = LAYOUTS.find(({ data, expires, due }) =>
    ['sid', data, expires, due].every(column => names.has(column)),
  )
  if (layout) return layout
  throw new TypeError(
    `The table "${table}" is no table of sessions: it has the columns ${[...names].join(', ')}; give another name with the option "table"`,
  )
}
