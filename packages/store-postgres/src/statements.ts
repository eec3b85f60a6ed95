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

/** The latest expiry is the end of the year 9999, as in the other stores. */
const LAST = `timestamptz '9999-12-31 23:59:59.999+00'`
/** The longest lifetime in milliseconds that `interval` and the year 9999 allow. */
export const LONGEST = 253_402_300_799_999

/** The statements for a table, whose name is quoted. */
export function statementsOf(table: string, layout: Layout): Statements {
  const named = Object.entries(texts(table, layout)).map(([operation, text]) => {
    return [operation, { name: nameOf(operation, text), text }] as const
  })
  return Object.fromEntries(named) as Record<keyof ReturnType<typeof texts>, Statement>
}

/** The name is a hash of the text, so that stores on one connection do not conflict. */
function nameOf(operation: string, text: string): string {
  return `coatcheck_${operation}_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
}

// Statements return rows to tell what they have done, because not every client counts written rows. The clock is the server's
// clock_timestamp(). Unlike now(), it advances during a transaction, and while a statement waits for a locked row. To use an index on the
// expiry, a statement reads the clock once, in a subquery: a value that may change during the search cannot be searched in an index.
function texts(table: string, { data, expires, due, type, owners }: Layout) {
  const live = `${expires} > clock_timestamp()`
  // In a column without a time zone, both casts use the time zone of the connection.
  const left = `(extract(epoch FROM least(${expires}::timestamptz, ${LAST}) - clock_timestamp()) * 1000)::float8`
  const endAfter = (ms: string) => `least(clock_timestamp() + ${ms} * interval '1 millisecond', ${LAST})`
  const end = endAfter('$3::float8')
  // A jsonb column has its own order of keys, so the comparison looks for the value instead of the prefix.
  // An encrypted text is a JSON string, which stays as it is.
  const begins =
    type === 'jsonb'
      ? `CASE WHEN $2::text LIKE '{%' THEN ${data} @> (rtrim($2::text, ',') || '}}')::jsonb
          ELSE left(${data}::text, length($2::text)) = $2::text END`
      : `left(${data}::text, length($2::text)) = $2::text`
  const same = (text: string) => (type === 'jsonb' ? `${data} = ${text}::jsonb` : `${data}::text = ${text}`)

  // Some clients encode a parameter of type json as JSON once more, so the text is passed as text and cast.
  const names = `sid, ${data}, ${expires}${owners ? ', owner' : ''}`
  const row = (sid: string, text: string, ms: string, owner: string) =>
    `${sid}, ${text}::${type}, ${endAfter(ms)}${owners ? `, ${owner}` : ''}`
  // Without a new owner, a row keeps the one that it has.
  const changed = (text: string, ms: string, owner: string) =>
    `${data} = ${text}::${type}, ${expires} = ${endAfter(ms)}${owners ? `, owner = coalesce(${owner}, t.owner)` : ''}`
  const replacement = `${data} = excluded.${data}, ${expires} = excluded.${expires}${
    owners ? ', owner = coalesce(excluded.owner, t.owner)' : ''
  }`
  // A parameter for the owner is the last one.
  const inserted = row('$1', '$2::text', '$3::float8', '$4::text')
  const renewing = (wanted: string) => `
      WITH held AS (
        SELECT sid FROM ${table} WHERE ${wanted} AND ${live} AND ${begins} FOR NO KEY UPDATE SKIP LOCKED
      ), renewed AS (
        UPDATE ${table} AS t SET ${expires} = ${end} FROM held WHERE t.sid = held.sid RETURNING t.sid
      )
      SELECT sid, ${data}::text AS data, ${left} AS ttl, sid IN (SELECT sid FROM renewed) AS renewed
      FROM ${table} WHERE ${wanted} AND ${live}`

  // Statements for several rows take an array for each column. In a subquery, PostgreSQL does not plan for its length, and keeps the plan.
  const givenRows = (...columns: string[]) => {
    const arrays = columns.map(
      (column, i) => `(SELECT $${i + 1}::text::${column === 'ms' ? 'float8' : 'text'}[])`,
    )
    return `given AS MATERIALIZED (SELECT * FROM unnest(${arrays.join(', ')}) AS g (${columns.join(', ')}))`
  }
  const givenOwner = owners ? ['given_owner'] : []
  const givenData = ['id', 'content', 'ms']
  const insertedMany = row('g.id', 'g.content', 'g.ms', 'g.given_owner')
  const changedMany = changed('g.content', 'g.ms', 'g.given_owner')
  // They skip rows that another transaction is writing, because other sessions must not wait for it.
  const held = (lock: string) => `held AS (
        SELECT sid FROM ${table} WHERE sid = ANY (ARRAY(SELECT id FROM given)) FOR ${lock} SKIP LOCKED
      )`
  const changingMany = (columns: string[], changes: string, condition = live) => `
      WITH ${givenRows(...columns)}, held AS (
        SELECT g.* FROM ${table} AS t JOIN given AS g ON t.sid = g.id
        WHERE ${condition} FOR NO KEY UPDATE OF t SKIP LOCKED
      )
      UPDATE ${table} AS t SET ${changes} FROM held AS g WHERE t.sid = g.id RETURNING t.sid, TRUE AS replaced`

  const all = `SELECT count(*) AS count FROM ${table} WHERE`
  // What is not due yet is live, and counted in the index alone.
  const counting =
    due === expires
      ? `${all} ${expires} > (SELECT clock_timestamp())`
      : `
      WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now)
      SELECT (${all} ${due} > (SELECT now FROM clock))
        + (${all} ${due} <= (SELECT now FROM clock) AND ${expires} > (SELECT now FROM clock)) AS count`
  const over = [...new Set([due, expires])]
    .map(column => `${column} <= (SELECT clock_timestamp())`)
    .join(' AND ')

  return {
    read: `SELECT ${data}::text AS data, ${left} AS ttl FROM ${table} WHERE sid = $1 AND ${live}`,
    // Reads the row as it was when the statement began, and writes it only to touch it. A row that another transaction is writing is
    // skipped, because a read must not wait. The touch at the end of the request follows.
    renew: `${renewing('sid = $1')}`,
    readMany: `
      SELECT sid, ${data}::text AS data, ${left} AS ttl FROM ${table} WHERE sid = ANY ($1::text[]) AND ${live}`,
    renewMany: `${renewing('sid = ANY ($1::text[])')}`,
    write: `
      INSERT INTO ${table} AS t (${names}) VALUES (${inserted})
      ON CONFLICT (sid) DO UPDATE SET ${replacement}`,
    insert: `
      INSERT INTO ${table} AS t (${names}) VALUES (${inserted})
      ON CONFLICT (sid) DO UPDATE SET ${replacement}
      WHERE t.${expires} <= clock_timestamp()
      RETURNING TRUE AS done`,
    update: `
      UPDATE ${table} AS t SET ${changed('$2::text', '$3::float8', '$4::text')} WHERE sid = $1 AND ${live}
      RETURNING TRUE AS done`,
    // The first transaction locks the row. The others wait, and then compare with what the first has written.
    replace: `
      WITH held AS (
        SELECT sid, ${same('$4::text')} AS same FROM ${table} WHERE sid = $1 AND ${live} FOR UPDATE
      ), replaced AS (
        UPDATE ${table} AS t SET ${changed('$2::text', '$3::float8', '$5::text')}
        FROM held WHERE t.sid = held.sid AND held.same
        RETURNING t.sid
      )
      SELECT EXISTS (SELECT FROM replaced) AS replaced FROM held`,
    touch: `
      UPDATE ${table} SET ${expires} = ${endAfter('$2::float8')}
      WHERE sid = $1 AND ${live}
      RETURNING TRUE AS done`,
    writeMany: `
      WITH ${givenRows(...givenData, ...givenOwner)}, ${held('NO KEY UPDATE')}
      INSERT INTO ${table} AS t (${names})
      SELECT ${insertedMany} FROM given AS g
      WHERE g.id IN (SELECT sid FROM held) OR NOT EXISTS (SELECT FROM ${table} WHERE sid = g.id)
      ORDER BY g.id
      ON CONFLICT (sid) DO UPDATE SET ${replacement}
      RETURNING t.sid`,
    insertMany: `
      WITH ${givenRows(...givenData, ...givenOwner)}
      INSERT INTO ${table} AS t (${names}) SELECT ${insertedMany} FROM given AS g ORDER BY g.id
      ON CONFLICT (sid) DO NOTHING
      RETURNING t.sid`,
    updateMany: `${changingMany([...givenData, ...givenOwner], changedMany)}`,
    replaceMany: `${changingMany([...givenData, 'expected', ...givenOwner], changedMany, `${live} AND ${same('g.expected')}`)}`,
    touchMany: `${changingMany(['id', 'ms'], `${expires} = ${endAfter('g.ms')}`)}`,
    destroyMany: `
      WITH ${givenRows('id')}, ${held('UPDATE')}
      DELETE FROM ${table} AS t USING held WHERE t.sid = held.sid
      RETURNING t.sid, ${live} AS live, ${data}::text AS data`,
    destroy: `DELETE FROM ${table} WHERE sid = $1 RETURNING ${live} AS live, ${data}::text AS data`,
    // The first transaction removes the old row. The others wait, and then find none.
    exchange: `
      WITH old AS (
        DELETE FROM ${table} WHERE sid = $4 RETURNING ${live} AS live, ${data}::text AS data
      ), found AS (
        SELECT EXISTS (SELECT FROM old WHERE live) AS there
      ), stored AS (
        INSERT INTO ${table} AS t (${names})
        SELECT ${row('$1::text', '$2::text', '$3::float8', '$6::text')} FROM found WHERE there OR NOT $5::boolean
        ON CONFLICT (sid) DO UPDATE SET ${replacement}
      )
      SELECT live, data FROM old`,
    page: `
      SELECT sid, ${data}::text AS data, ${left} AS ttl FROM ${table}
      WHERE sid >= $1 AND ${live} ORDER BY sid LIMIT ${PAGE}`,
    owned: `
      SELECT sid, ${data}::text AS data, ${left} AS ttl FROM ${table} WHERE owner = $1 AND ${live}`,
    clear: `
      WITH page AS (
        SELECT sid FROM ${table} WHERE sid >= $1 ORDER BY sid LIMIT ${BATCH} FOR UPDATE
      ), deleted AS (
        DELETE FROM ${table} WHERE sid = ANY (ARRAY(SELECT sid FROM page))
      )
      SELECT sid FROM page ORDER BY sid DESC LIMIT 1`,
    count: `${counting}`,
    // Skips rows that another instance is pruning, or that are being written.
    prune: `
      WITH deleted AS (
        DELETE FROM ${table} WHERE sid = ANY (ARRAY(
          SELECT sid FROM ${table} WHERE ${over}
          ORDER BY ${due} LIMIT $1::int FOR UPDATE SKIP LOCKED
        )) RETURNING sid
      )
      SELECT count(*)::int AS count FROM deleted`,
  }
}
