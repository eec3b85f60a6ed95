import { startPostgres } from '@coatcheck/store-conformance/containers'
import { type PostgresClient, type PostgresQuery, PostgresStore } from '@coatcheck/store-postgres'
import type pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  CONNECT_PG_SIMPLE,
  newSchema,
  openPool,
  openStore,
  sessionOf,
  storeOn,
  urlOf,
} from './support/postgres.ts'

const KNEX = `
  CREATE TABLE sessions (sid varchar(255) PRIMARY KEY, sess json NOT NULL, expired timestamptz NOT NULL);
  CREATE INDEX ON sessions (expired)`

/** A client that notes what is asked of the pool. */
function watch(pool: pg.Pool) {
  const queries: PostgresQuery[] = []
  const client: PostgresClient = {
    query(query) {
      queries.push(query)
      return pool.query(query)
    },
  }
  return { client, queries }
}

/** Every statement of the store, once. */
async function useAll(store: PostgresStore): Promise<void> {
  await store.set('a', sessionOf({ n: 0 }))
  const session = await store.get('a')
  await store.set('a', Object.assign(session!, { n: 1 }))
  await store.touch('a', sessionOf())
  await store.get('a', undefined, { renew: null })
  await store.ids()
  await store.length()
  await store.prune()
  await store.destroy('a')
  await store.clear()
}

const tables: [string, string, string, string][] = [
  ['our own table', 'sessions', 'data, expires', ''],
  ["connect-pg-simple's", 'session', 'sess, expire', CONNECT_PG_SIMPLE],
  ["connect-session-knex's", 'sessions', 'sess, expired', KNEX],
]

describe('index', () => {
  it.each(tables)('index: in %s no session is looked for by reading all', async (_, table, columns, ddl) => {
    const schema = await newSchema()
    const pool = openPool({ max: 1, options: `-c search_path=${schema}` })
    if (ddl) await pool.query(ddl)
    const { client, queries } = watch(pool)
    const store = storeOn(client, { table })
    await store.length()
    // The server would count again when the store has emptied the table, and may read a small one whole.
    await pool.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`)
    await pool.query(`
      INSERT INTO ${table} (sid, ${columns})
      SELECT md5(i::text), '{"cookie":{}}', now() + (i - 2000) * interval '1 minute'
      FROM generate_series(1, 40000) AS i`)
    await pool.query(`ANALYZE ${table}`)
    // The plans that prepared statements have in the long run, which do not know their values.
    await pool.query('SET plan_cache_mode = force_generic_plan')
    queries.length = 0
    await useAll(store)

    const named = new Map(queries.map(({ name, text }) => [name!.split('_')[1]!, { name, text }]))
    const plans = new Map<string, string>()
    for (const [operation, { name, text }] of named) {
      const values = [...new Set(text.match(/\$\d/g))].map(() => 'NULL').join(', ')
      const { rows } = await pool.query(`EXPLAIN EXECUTE ${name}${values && `(${values})`}`)
      plans.set(operation, rows.map(row => row['QUERY PLAN']).join('\n'))
    }
    const operations = [
      'write',
      'read',
      'replace',
      'touch',
      'renew',
      'page',
      'count',
      'prune',
      'destroy',
      'clear',
    ]
    expect([...plans.keys()]).toEqual(operations)
    // All of the live sessions are counted: that may well be done by reading the table.
    plans.delete('count')
    for (const plan of plans.values()) expect(plan).not.toMatch(/Seq Scan/)
    expect(plans.get('prune')).toMatch(/Index Scan using \S+(due|expired?)\S*_idx on/)
    for (const operation of ['page', 'clear']) expect(plans.get(operation)).toMatch(/using \w+_pkey on/)
    expect(plans.get('page')).not.toMatch(/Sort/)
  })
})

describe('prepared statements', () => {
  it('prepare: each connection prepares a statement once, whatever the number of stores', async () => {
    const schema = await newSchema()
    const pool = openPool({ max: 1 })
    const [a, b] = [storeOn(pool, { schema }), storeOn(pool, { schema })]
    const prepared = async () => (await pool.query('SELECT name FROM pg_prepared_statements')).rows
    for (const store of [a, b, a]) await useAll(store)
    const names = (await prepared()).map(row => row.name as string)
    expect(names.map(name => name.split('_')[1]).sort()).toEqual([
      'clear',
      'count',
      'destroy',
      'page',
      'prune',
      'read',
      'renew',
      'replace',
      'touch',
      'write',
    ])
    expect(Math.max(...names.map(name => name.length))).toBeLessThan(64)
    await useAll(storeOn(pool, { schema, table: 'others' }))
    expect(await prepared()).toHaveLength(20)
  })

  it('prepare: false prepares nothing', async () => {
    const pool = openPool({ max: 1 })
    const { client, queries } = watch(pool)
    const store = storeOn(client, { schema: await newSchema(), prepare: false })
    await useAll(store)
    expect(queries.filter(query => 'name' in query)).toEqual([])
    expect((await pool.query('SELECT name FROM pg_prepared_statements')).rows).toEqual([])
  })

  it('prepare: statements that were prepared go on when the column becomes timestamptz', async () => {
    const schema = await newSchema()
    const pool = openPool({ max: 1, options: `-c search_path=${schema} -c TimeZone=America/St_Johns` })
    await pool.query(CONNECT_PG_SIMPLE)
    const store = storeOn(pool, { table: 'session' })
    await useAll(store)
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    await pool.query('ALTER TABLE session ALTER COLUMN expire TYPE timestamptz')
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    await useAll(store)
  })
})

describe('PgBouncer', () => {
  it('prepare: where connections turn out to be shared, it is given up, with one warning', async () => {
    const server = await startPostgres({ pgbouncer: true })
    onTestFinished(() => server.stop())
    const heard: string[] = []
    const listener = ({ message }: Error) => heard.push(message)
    process.on('warning', listener)
    onTestFinished(() => void process.off('warning', listener))
    const store = openStore({ max: 20 }, server.pgbouncer.url)
    const other = openStore({ max: 20, prepare: false }, server.pgbouncer.url)
    const ids = Array.from({ length: 200 }, (_, i) => `${i}`)
    await Promise.all(ids.map((sid, i) => (i % 2 ? store : other).set(sid, sessionOf({ sid }))))
    const read = await Promise.all(ids.map(sid => store.get(sid)))
    expect(read.map(session => (session as { sid?: unknown } | undefined)?.sid)).toEqual(ids)
    expect(await other.length()).toBe(200)
    expect(heard).toEqual([expect.stringMatching(/Set the option prepare: false$/)])
  })
})

describe('round trips', () => {
  it('statements: each method is one', async () => {
    const { client, queries } = watch(openPool({ max: 1 }))
    const store = storeOn(client, { schema: await newSchema() })
    await store.length()
    const count = async (work: () => Promise<unknown>) => {
      queries.length = 0
      await work()
      return queries.length
    }
    expect(await count(() => store.set('a', sessionOf({ n: 0 })))).toBe(1)
    const session = await store.get('a')
    expect(await count(() => store.get('a'))).toBe(1)
    const late = await store.get('a')
    expect(await count(() => store.set('a', Object.assign(session!, { n: 1 })))).toBe(1)
    const changed = await count(() =>
      store.set('a', Object.assign(late!, { n: 2 })).catch(error => queries.push(error)),
    )
    expect(changed).toBe(2)
    expect(queries[1]).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    expect(await count(() => store.touch('a', session!))).toBe(1)
    expect(await count(() => store.destroy('a'))).toBe(1)
    expect(await count(() => store.get('a'))).toBe(1)
  })

  it('client: a URL may say how to connect', async () => {
    const schema = await newSchema()
    const store = openStore({}, urlOf({ options: `-c search_path=${schema}`, application_name: schema }))
    await store.set('a', sessionOf())
    const { rows } = await openPool().query('SELECT FROM pg_stat_activity WHERE application_name = $1', [
      schema,
    ])
    expect(rows).toHaveLength(1)
    expect(store).toBeInstanceOf(PostgresStore)
  })
})
