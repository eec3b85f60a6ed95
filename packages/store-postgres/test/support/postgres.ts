import { randomBytes } from 'node:crypto'
import { type PostgresOpenOptions, PostgresStore, type PostgresStoreOptions } from '@coatcheck/store-postgres'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'

export { sessionOf } from '../../../session/test/support/session-of.ts'

/** The URL of the server, or one that differs in these parameters, as `{ options: '-c TimeZone=Asia/Tokyo' }`. */
export function urlOf(parameters: Record<string, string> = {}, base = inject('postgresUrl')): string {
  const url = new URL(base)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return String(url)
}

/** A pool that is ended when the test ends. */
export function openPool(config: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: inject('postgresUrl'), ...config })
  onTestFinished(async () => {
    if (!pool.ended) await pool.end()
  })
  return pool
}

/** A store that is closed when the test ends. */
export function openStore(options: PostgresOpenOptions = {}, url = urlOf()): PostgresStore {
  const store = PostgresStore.open(url, options)
  onTestFinished(() => store.close())
  return store
}

/** A store on a client of the test, closed when the test ends. */
export function storeOn(
  client: PostgresStoreOptions['client'],
  options: Omit<PostgresStoreOptions, 'client'>,
) {
  const store = new PostgresStore({ ...options, client })
  onTestFinished(() => store.close())
  return store
}

/** The name of a new schema, removed with all that is in it when the test ends. */
export async function newSchema(): Promise<string> {
  const schema = `test_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client(inject('postgresUrl'))
  await admin.connect()
  await admin.query(`CREATE SCHEMA ${schema}`)
  onTestFinished(async () => {
    await admin.query(`DROP SCHEMA ${schema} CASCADE`)
    await admin.end()
  })
  return schema
}

/** connect-pg-simple's table, as its own script makes it. */
export const CONNECT_PG_SIMPLE = `
  CREATE TABLE "session" (
    sid varchar NOT NULL COLLATE "default" PRIMARY KEY,
    sess json NOT NULL,
    expire timestamp(6) NOT NULL
  );
  CREATE INDEX ON "session" (expire)`

/** A connection that holds the row of `sid`, and lets others go on when it commits. */
export async function holdRow(table: string, sid: string) {
  const client = new pg.Client(inject('postgresUrl'))
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('BEGIN')
  await client.query(`SELECT FROM ${table} WHERE sid = $1 FOR UPDATE`, [sid])
  return {
    client,
    /** Resolves when so many others wait for a row. */
    async waiting(count: number) {
      const admin = openPool({ max: 1 })
      const waiting = "SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
      while ((await admin.query(waiting)).rows[0].count < count);
    },
    commit: () => client.query('COMMIT'),
  }
}
