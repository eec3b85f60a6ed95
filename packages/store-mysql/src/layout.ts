import { NO_SUCH_TABLE, numberOf } from './failures.ts'
import type { Answer, Runner } from './runner.ts'

/** How a table keeps sessions: its columns, and what fits in them. The columns `data` and `expires` have the same name in each layout. */
export interface Layout {
  readonly sid: string
  readonly unit: 'milliseconds' | 'seconds'
  /** The last expiry that the column can hold, in its unit. */
  readonly last: number
  /** How many characters an id may have. */
  readonly longestSid: number
  /** How many bytes the data may have. */
  readonly longestData: number
  /** Whether ids that differ only in upper and lower case stay different. */
  readonly exact: boolean
  /** Whether the table has a column for the owner. */
  readonly owners: boolean
}

interface Column {
  Field: string
  Type: string
  /** `'PRI'` for the primary key. */
  Key: string
  Collation: string | null
}

const LAYOUTS = [
  // Our own.
  { sid: 'sid', unit: 'milliseconds' },
  // express-mysql-session's.
  { sid: 'session_id', unit: 'seconds' },
] as const

const BYTES: Readonly<Record<string, number>> = {
  tinytext: 2 ** 8 - 1,
  text: 2 ** 16 - 1,
  mediumtext: 2 ** 24 - 1,
  longtext: 2 ** 32 - 1,
}

/** The latest expiry, in milliseconds, is the end of the year 9999, as in the other stores. */
const LAST = 253_402_300_799_999

/** The layout of a table, `undefined` when there is none. Throws when it is not a table of sessions. */
export async function layoutOf(runner: Runner, table: string): Promise<Layout | undefined> {
  const columns = await columnsOf(runner, table)
  if (!columns) return undefined
  const types = new Map(columns.map(column => [column.Field, column]))
  for (const { sid, unit } of LAYOUTS) {
    const [id, data, expires] = [sid, 'data', 'expires'].map(name => types.get(name))
    const longestSid = Number(/^varchar\((\d+)\)$/.exec(id?.Type ?? '')?.[1])
    const longestData = BYTES[data?.Type ?? '']
    const last = lastOf(expires?.Type ?? '', unit)
    if (!longestSid || !longestData || !last) continue
    if (id?.Key !== 'PRI') {
      throw new TypeError(`The table ${table} is not a table of sessions: its primary key is not ${sid}`)
    }
    const exact = /_bin$/.test(id?.Collation ?? '')
    return { sid, unit, last, longestSid, longestData, exact, owners: types.has('owner') }
  }
  const shown = columns.map(({ Field, Type }) => `${Field} ${Type}`).join(', ')
  throw new TypeError(
    `The table ${table} is not a table of sessions: it has the columns ${shown}. Set another name with the option "table"`,
  )
}

async function columnsOf(runner: Runner, table: string): Promise<Column[] | undefined> {
  let answer: Answer
  try {
    answer = await runner.query(`SHOW FULL COLUMNS FROM ${table}`)
  } catch (error) {
    if (numberOf(error) === NO_SUCH_TABLE) return undefined
    throw error
  }
  return answer.rows
}

/** The last expiry that fits in a column of this type. MariaDB shows the width of integers: `int(11) unsigned`. */
function lastOf(type: string, unit: Layout['unit']): number | undefined {
  const end = unit === 'seconds' ? Math.floor(LAST / 1000) : LAST
  const [, kind, unsigned] = /^(int|bigint)(?:\(\d+\))?( unsigned)?$/.exec(type) ?? []
  if (kind === 'bigint') return end
  if (kind !== 'int' || unit === 'milliseconds') return undefined
  return unsigned ? 2 ** 32 - 1 : 2 ** 31 - 1
}
