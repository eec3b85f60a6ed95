import { createHash } from 'node:crypto'
import type { Layout } from './layout.ts'

/** A statement, and the name under which connections prepare it. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Every statement that the store uses. */
export type Statements = Readonly<Record<keyof ReturnType<typeof texts>, Statement>>

/** How many rows `entries` reads at a time. */
export const PAGE = 500
/** How many rows `clear` deletes at a time. */
export const BATCH = 5000

/** What lasts longer than the year 9999 ends with it, as in the other stores. */
const LAST = `timestamptz '9999-12-31 23:59:59.999+00'`
/** The longest lifetime in milliseconds that `interval` and the year 9999 leave room for. */
export const LONGEST = 253_402_300_799_999

/** The statements for a table, whose name is quoted. */
export function statementsOf(table: string, layout: Layout): Statements {
  const named = Object.entries(texts(table, layout)).map(([operation, text]) => {
    return [operation, { name: nameOf(operation, text), text }] as const
  })
  return Object.fromEntries(named) as Record<keyof ReturnType<typeof texts>, Statement>
}

/** The same text has the same name, another one another: stores on one connection do not get in one another's way. */
function nameOf(operation: string, text: string): string {
  return `coatcheck_${operation}_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
}

// What a statement has done is told by rows: not each client counts those that were written. The clock is the server's. It goes on during a transaction, unlike now(), and while a statement waits for a row that another
// one holds. Where an index on the expiry is to be used it is asked once, in a query of its own: an index cannot be searched
// for what may change while searching.
function texts(table: string, { data, expires, type }: Layout) {
  const live = `${expires} > clock_timestamp()`
  // In a column without a time zone, both casts go by that of the connection.
  const left = `(extract(epoch FROM least(${expires}::timestamptz, ${LAST}) - clock_timestamp()) * 1000)::float8`
  const end = `least(clock_timestamp() + $3::float8 * interval '1 millisecond', ${LAST})`
  // In a jsonb column keys have an order of their own: what the text says is looked for instead.
  const begins =
    type === 'jsonb'
      ? `${data} @> (rtrim($2::text, ',') || '}}')::jsonb`
      : `left(${data}::text, length($2::text)) = $2::text`
  const same = type === 'jsonb' ? `${data} = $4::text::jsonb` : `${data}::text = $4`

  // Some clients write what is of type json as JSON: a text is no object to them.
  const given = `$2::text::${type}`
  const renewing = (wanted: string) => `
      WITH held AS (
        SELECT sid FROM ${table} WHERE ${wanted} AND ${live} AND ${begins} FOR NO KEY UPDATE SKIP LOCKED
      ), renewed AS (
        UPDATE ${table} AS t SET ${expires} = ${end} FROM held WHERE t.sid = held.sid RETURNING t.sid
      )
      SELECT sid, ${data}::text AS data, ${left} AS ttl, sid IN (SELECT sid FROM renewed) AS renewed
      FROM ${table} WHERE ${wanted} AND ${live}`

  return {
    read: `SELECT ${data}::text AS data, ${left} AS ttl FROM ${table} WHERE sid = $1 AND ${live}`,
    // What is read is the row as it was when the statement began. One that is not renewed is not written, and one that somebody else
    // is writing is left to a touch: a read waits for nobody.
    renew: `${renewing('sid = $1')}`,
    readMany: `
      SELECT sid, ${data}::text AS data, ${left} AS ttl FROM ${table} WHERE sid = ANY ($1::text[]) AND ${live}`,
    renewMany: `${renewing('sid = ANY ($1::text[])')}`,
    write: `
      INSERT INTO ${table} (sid, ${data}, ${expires}) VALUES ($1, ${given}, ${end})
      ON CONFLICT (sid) DO UPDATE SET ${data} = excluded.${data}, ${expires} = excluded.${expires}`,
    insert: `
      INSERT INTO ${table} AS t (sid, ${data}, ${expires}) VALUES ($1, ${given}, ${end})
      ON CONFLICT (sid) DO UPDATE SET ${data} = excluded.${data}, ${expires} = excluded.${expires}
      WHERE t.${expires} <= clock_timestamp()
      RETURNING TRUE AS done`,
    update: `
      UPDATE ${table} SET ${data} = ${given}, ${expires} = ${end} WHERE sid = $1 AND ${live}
      RETURNING TRUE AS done`,
    // Whoever is first holds the row; the others wait, and compare with what he has left there.
    replace: `
      WITH held AS (
        SELECT sid, ${same} AS same FROM ${table} WHERE sid = $1 AND ${live} FOR UPDATE
      ), replaced AS (
        UPDATE ${table} AS t SET ${data} = ${given}, ${expires} = ${end}
        FROM held WHERE t.sid = held.sid AND held.same
        RETURNING t.sid
      )
      SELECT EXISTS (SELECT FROM replaced) AS replaced FROM held`,
    touch: `
      UPDATE ${table} SET ${expires} = least(clock_timestamp() + $2::float8 * interval '1 millisecond', ${LAST})
      WHERE sid = $1 AND ${live}
      RETURNING TRUE AS done`,
    destroy: `DELETE FROM ${table} WHERE sid = $1 RETURNING ${live} AS live, ${data}::text AS data`,
    // Whoever is first removes the old row; the others wait for that, and find none.
    exchange: `
      WITH old AS (
        DELETE FROM ${table} WHERE sid = $4 RETURNING ${live} AS live, ${data}::text AS data
      ), found AS (
        SELECT EXISTS (SELECT FROM old WHERE live) AS there
      ), stored AS (
        INSERT INTO ${table} (sid, ${data}, ${expires})
        SELECT $1::text, ${given}, ${end} FROM found WHERE there OR NOT $5::boolean
        ON CONFLICT (sid) DO UPDATE SET ${data} = excluded.${data}, ${expires} = excluded.${expires}
      )
      SELECT live, data FROM old`,
    page: `
      SELECT sid, ${data}::text AS data, ${left} AS ttl FROM ${table}
      WHERE sid >= $1 AND ${live} ORDER BY sid LIMIT ${PAGE}`,
    clear: `
      WITH page AS (
        SELECT sid FROM ${table} WHERE sid >= $1 ORDER BY sid LIMIT ${BATCH} FOR UPDATE
      ), deleted AS (
        DELETE FROM ${table} WHERE sid = ANY (ARRAY(SELECT sid FROM page))
      )
      SELECT sid FROM page ORDER BY sid DESC LIMIT 1`,
    count: `SELECT count(*) AS count FROM ${table} WHERE ${expires} > (SELECT clock_timestamp())`,
    // What another instance is pruning, or is being written anew, is left to them.
    prune: `
      WITH deleted AS (
        DELETE FROM ${table} WHERE sid = ANY (ARRAY(
          SELECT sid FROM ${table} WHERE ${expires} <= (SELECT clock_timestamp())
          ORDER BY ${expires} LIMIT $1::int FOR UPDATE SKIP LOCKED
        )) RETURNING sid
      )
      SELECT count(*)::int AS count FROM deleted`,
  }
}
