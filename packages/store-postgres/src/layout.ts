import type { PostgresClient } from './client.ts'

/** How a table keeps sessions: its columns beside `sid`, and how a stored session is compared with a text. */
export interface Layout {
  readonly data: string
  readonly expires: string
  /** An indexed column that is never later than `expires`: `due`, or `expires` itself. */
  readonly due: string
  readonly type: 'text' | 'json' | 'jsonb'
  /** Whether the table has a column for the owner. */
  readonly owners: boolean
}

const LAYOUTS = [
  // Our own.
  { data: 'data', expires: 'expires' },
  // connect-pg-simple's.
  { data: 'sess', expires: 'expire' },
  // connect-session-knex's.
  { data: 'sess', expires: 'expired' },
]

/**
 * `due` is `expires` rounded down, so most touches leave it as it is. Then they change no indexed column, and PostgreSQL need not write to
 * the indexes (HOT). The server computes it, so it is right whoever writes the row. `date_bin` needs PostgreSQL 14.
 */
export const DUE = `due timestamptz GENERATED ALWAYS AS (
              date_bin('10 minutes', expires, timestamptz '2000-01-01 00:00:00+00')
            ) STORED`
/** The first version that has `date_bin`, as `server_version_num`. */
export const DUE_SINCE = 140000

const DATA_TYPES = ['text', 'character varying', 'json', 'jsonb']
const EXPIRES_TYPES = ['timestamp with time zone', 'timestamp without time zone']

/** The layout of a table, `undefined` when there is none. Throws when it is not a table of sessions. */
export async function layoutOf(client: PostgresClient, table: string): Promise<Layout | undefined> {
  const { rows } = await client.query({
    text: `
      SELECT attname AS name, format_type(atttypid, NULL) AS type,
        to_jsonb(a) ->> 'attgenerated' = 's' AS generated
      FROM pg_catalog.pg_attribute AS a
      WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
      ORDER BY attnum`,
    values: [table],
  })
  if (rows.length === 0) return undefined
  const types = new Map((rows as Column[]).map(({ name, type }) => [name, type]))
  const layout = LAYOUTS.find(({ data, expires }) => {
    return types.has('sid') && has(types, data, DATA_TYPES) && has(types, expires, EXPIRES_TYPES)
  })
  const generated = (rows as Column[]).some(column => column.name === 'due' && column.generated)
  if (layout) {
    const due = layout.data === 'data' && generated ? 'due' : layout.expires
    return { ...layout, due, type: comparableAs(types.get(layout.data)), owners: types.has('owner') }
  }
  const columns = [...types].map(([name, type]) => `${name} ${type}`).join(', ')
  throw new TypeError(
    `The table ${table} is not a table of sessions: it has the columns ${columns}. Set another name with the option "table"`,
  )
}

interface Column {
  name: string
  type: string
  /** Missing in old versions of PostgreSQL. */
  generated: boolean | null
}

function has(types: Map<string, string>, column: string, wanted: string[]): boolean {
  return wanted.includes(types.get(column) ?? '')
}

function comparableAs(type: string | undefined): Layout['type'] {
  return type === 'json' || type === 'jsonb' ? type : 'text'
}
