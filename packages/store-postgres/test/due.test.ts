import { describe, expect, it } from 'vitest'
import { holdRow, newSchema, openPool, openStore, sessionOf, storeOn, urlOf } from './support/postgres.ts'

/** The table as stores made it before it had the column. */
const BEFORE = `
  CREATE TABLE sessions (sid text COLLATE "C" PRIMARY KEY, data text NOT NULL, expires timestamptz NOT NULL);
  CREATE INDEX ON sessions (expires)`

async function withTable() {
  const schema = await newSchema()
  const pool = openPool({ max: 1, options: `-c search_path=${schema}` })
  await pool.query(BEFORE)
  return { schema, pool }
}

type Pool = ReturnType<typeof openPool>

/** The columns and the indexed columns. */
async function shapeOf(pool: Pool) {
  const columns = await pool.query(
    "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('sessions') AND attnum > 0 ORDER BY attnum",
  )
  const indexes = await pool.query(
    "SELECT substring(indexdef from '[(].*[)]') AS def FROM pg_indexes WHERE schemaname = current_schema() ORDER BY def",
  )
  return [columns.rows.map(row => row.attname), indexes.rows.map(row => row.def)]
}

const OLD = [
  ['sid', 'data', 'expires'],
  ['(expires)', '(sid)'],
]
const NEW = [
  ['sid', 'data', 'expires', 'due'],
  ['(due)', '(sid)'],
]

describe('touches', () => {
  it('due: nearly all touches and saves write to no index', async () => {
    const schema = await newSchema()
    const store = openStore({ schema })
    const sids = Array.from({ length: 100 }, (_, i) => `${i}`)
    await Promise.all(sids.map(sid => store.set(sid, sessionOf({ n: 0 }, 86_400_000))))
    for (let round = 0; round < 10; round++) {
      await Promise.all(sids.map(sid => store.touch(sid, sessionOf({}, 86_400_000))))
      await Promise.all(sids.map(sid => store.set(sid, sessionOf({ n: round }, 86_400_000))))
    }
    const pool = openPool({ max: 1 })
    const counts = async () => {
      const text =
        'SELECT n_tup_upd::int AS updated, n_tup_hot_upd::int AS hot FROM pg_stat_user_tables WHERE schemaname = $1'
      return (await pool.query(text, [schema])).rows[0] as { updated: number; hot: number }
    }
    // The server counts with a delay.
    let seen = await counts()
    while (seen.updated < 2000) seen = await counts()
    expect(seen.hot / seen.updated).toBeGreaterThan(0.8)
  })
})

describe('a table from before', () => {
  it('due: is added with its index, and nobody is logged out', async () => {
    const { schema, pool } = await withTable()
    await pool.query(
      `INSERT INTO sessions VALUES ('a', '{"cookie":{},"user":"Ada"}', now() + interval '1 hour'), ('b', '{"cookie":{}}', now())`,
    )
    const stores = Array.from({ length: 5 }, () => openStore({ schema }))
    for (const session of await Promise.all(stores.map(store => store.get('a')))) {
      expect(session).toMatchObject({ user: 'Ada' })
    }
    expect(await shapeOf(pool)).toEqual(NEW)
    const [store] = stores
    expect(await store!.length()).toBe(1)
    expect(await store!.prune()).toBe(1)
  })

  it('due: a process of an earlier version goes on meanwhile', async () => {
    const { schema, pool } = await withTable()
    const write = {
      name: 'write',
      text: 'INSERT INTO sessions (sid, data, expires) VALUES ($1, $2, now() + $3::interval) ON CONFLICT (sid) DO UPDATE SET expires = excluded.expires',
    }
    await pool.query({ ...write, values: ['a', '{"cookie":{}}', '1 hour'] })
    const store = openStore({ schema })
    await store.length()
    await pool.query({ ...write, values: ['b', '{"cookie":{}}', '1 hour'] })
    await pool.query({ ...write, values: ['a', '{"cookie":{}}', '-1 second'] })
    expect(await store.ids()).toEqual(['b'])
    expect(await store.length()).toBe(1)
    expect(await store.prune()).toBe(1)
  })

  it('due: an index of the app on the expiry stays', async () => {
    const { schema, pool } = await withTable()
    await pool.query('CREATE INDEX reports ON sessions (expires)')
    await openStore({ schema }).length()
    expect((await shapeOf(pool))[1]).toEqual(['(due)', '(expires)', '(sid)'])
  })

  it('due: is not added with createTable: false, in a transaction of the app, or while the table is in use', async () => {
    const { schema, pool } = await withTable()
    await openStore({ schema, createTable: false }).set('a', sessionOf({ user: 'Ada' }))
    expect(await shapeOf(pool)).toEqual(OLD)

    await pool.query('BEGIN')
    expect(await storeOn(pool, { table: 'sessions' }).get('a')).toMatchObject({ user: 'Ada' })
    await pool.query('COMMIT')
    expect(await shapeOf(pool)).toEqual(OLD)

    const holder = await holdRow(`${schema}.sessions`, 'a')
    const store = openStore({ schema })
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    await holder.commit()
    expect(await shapeOf(pool)).toEqual(OLD)
    expect(await store.prune()).toBe(0)
  })

  it('due: is not added by a role that does not own the table, which works as before', async () => {
    const { schema, pool } = await withTable()
    const role = `${schema}_guest`
    await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'guest'; GRANT USAGE ON SCHEMA ${schema} TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO ${role}`)
    const url = Object.assign(new URL(urlOf()), { username: role, password: 'guest' })
    const store = openStore({ schema }, String(url))
    await store.set('a', sessionOf({ user: 'Ada' }))
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    await store.close()
    expect(await shapeOf(pool)).toEqual(OLD)
    await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })

  it('due: a column of that name that the app has added is left alone', async () => {
    const { schema, pool } = await withTable()
    await pool.query('ALTER TABLE sessions ADD COLUMN due date')
    const store = openStore({ schema })
    await store.set('a', sessionOf({ user: 'Ada' }))
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    expect(await store.length()).toBe(1)
    expect((await shapeOf(pool))[1]).toContain('(expires)')
  })
})
