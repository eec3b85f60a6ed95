import type { Subject } from '@coatcheck/store-conformance'
import { type PostgresClient, PostgresStore } from '@coatcheck/store-postgres'
import pg from 'pg'
import * as shared from '../../../session/test/support/table-subject.ts'

export type Connected = shared.Connected<PostgresClient>

/** How the stores of a subject differ from those of the others. */
export interface Kind extends shared.TableKind<PostgresClient> {
  /** Whose table it is. */
  readonly layout?: keyof typeof layouts
}

const layouts = {
  own: { data: 'data', expires: 'expires', ddl: () => [] },
  'connect-pg-simple': {
    data: 'sess',
    expires: 'expire',
    ddl: (table: string) => [
      `CREATE TABLE IF NOT EXISTS ${table} (
        sid varchar NOT NULL COLLATE "default" PRIMARY KEY,
        sess json NOT NULL,
        expire timestamp(6) NOT NULL
      )`,
      `CREATE INDEX IF NOT EXISTS ${table.replace(/"$/, '_expire"')} ON ${table} (expire)`,
    ],
  },
}

/** A client with its connections made: that takes longer than some lifetimes are. */
async function connectPg(url: string, single: boolean): Promise<Connected> {
  if (single) {
    const client = new pg.Client(url)
    await client.connect()
    return { client, end: () => client.end() }
  }
  const max = shared.CONNECTIONS
  const pool = new pg.Pool({ connectionString: url, max, idleTimeoutMillis: 0 })
  await Promise.all(Array.from({ length: max }, () => pool.query('SELECT')))
  return { client: pool, end: () => pool.end() }
}

/** Hold the row on a connection of its own. */
async function lockRow(url: string, table: string, sid: string): Promise<() => Promise<void>> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('BEGIN')
  await client.query(`SELECT FROM ${table} WHERE sid = $1 FOR UPDATE`, [sid])
  return () => client.end()
}

/** Stores on PostgreSQL; without a URL, where no other connection can hold a row. */
export function postgresSubject({
  name,
  url,
  single = false,
  prepare = true,
  layout = 'own',
  connect = url => connectPg(url, single),
}: Kind): Subject {
  const { data, expires, ddl } = layouts[layout]
  const cast = layout === 'own' ? '' : '::json'
  return shared.tableSubject<PostgresClient, PostgresStore>({
    name,
    granularityMs: 1,
    connect: () => connect(url),
    query:
      client =>
      async (text, values = []) =>
        (await client.query({ text, values })).rows,
    tableOf: namespace => `"${namespace}"`,
    made: ddl,
    open: ({ client, table, ttl, owner }, chaos) =>
      new PostgresStore({ client: chaos(client, ['query']), table, ttl, owner, prepare }),
    ...(url && { lock: (table: string, sid: string) => lockRow(url, table, sid) }),
    put(query, table, sid, text) {
      const insert = `
        INSERT INTO ${table} (sid, ${data}, ${expires}) VALUES ($1, $2::text${cast}, now() + interval '1 minute')
        ON CONFLICT (sid) DO UPDATE SET ${data} = excluded.${data}`
      return query(insert, [sid, text])
    },
    age(query, table, sid, ms) {
      const back = `UPDATE ${table} SET ${expires} = ${expires} - $2::float8 * interval '1 millisecond' WHERE sid = $1`
      return query(back, [sid, ms])
    },
  })
}
