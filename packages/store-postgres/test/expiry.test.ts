import { PostgresStore } from '@coatcheck/store-postgres'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import {
  CONNECT_PG_SIMPLE,
  holdRow,
  newSchema,
  openPool,
  openStore,
  sessionOf,
  storeOn,
} from './support/postgres.ts'

/** A store whose hooks a test may call. */
class Probe extends PostgresStore {
  override _read(sid: string) {
    return super._read(sid)
  }
}

const layouts: [string, { ddl: string; table: string; expires: string }][] = [
  ['our own table', { ddl: '', table: 'sessions', expires: 'expires' }],
  ["connect-pg-simple's table", { ddl: CONNECT_PG_SIMPLE, table: 'session', expires: 'expire' }],
]

describe.each(layouts)('%s', (_, { ddl, table, expires }) => {
  async function open(options: { ttl?: number } = {}, timeZone = 'UTC') {
    const schema = await newSchema()
    const pool = openPool({ options: `-c search_path=${schema} -c TimeZone=${timeZone}` })
    if (ddl) await pool.query(ddl)
    const store = new Probe({ ...options, client: pool, table })
    onTestFinished(() => store.close())
    return { pool, store, place: `${schema}.${table}` }
  }

  const now = async (pool: pg.Pool) =>
    Number((await pool.query('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms')).rows[0].ms)
  const endOf = async (pool: pg.Pool) =>
    Number(
      (await pool.query(`SELECT extract(epoch FROM ${expires}::timestamptz) * 1000 AS ms FROM ${table}`))
        .rows[0].ms,
    )

  it.each(['UTC', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia'])(
    'expiry: is exact to the millisecond with TimeZone %s',
    async timeZone => {
      const { pool, store } = await open({ ttl: 123_456.5 }, timeZone)
      await store.length()
      const before = await now(pool)
      await store.set('a', sessionOf())
      const after = await now(pool)
      const end = await endOf(pool)
      expect(end).toBeGreaterThanOrEqual(before + 123_456.5)
      expect(end).toBeLessThanOrEqual(after + 123_456.5)
      const earlier = await now(pool)
      const { ttl } = (await store._read('a'))!
      const later = await now(pool)
      // The server counts in microseconds, a double of this size in somewhat less.
      expect(ttl).toBeGreaterThanOrEqual(end - later - 0.001)
      expect(ttl).toBeLessThanOrEqual(end - earlier + 0.001)
    },
  )

  it('expiry: what has expired is there for no method', async () => {
    const { pool, store } = await open()
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    const session = await store.get('a')
    await pool.query(`UPDATE ${table} SET ${expires} = clock_timestamp()`)
    expect(await store.get('a')).toBeUndefined()
    expect([await store.length(), await store.ids(), await store.all()]).toEqual([0, [], {}])
    expect(await store.touch('a', session!)).toBe(false)
    await expect(store.set('a', session!)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(await store.get('a')).toBeUndefined()
    expect(await store.destroy('a')).toBe(false)
    expect((await pool.query(`SELECT sid FROM ${table}`)).rows).toEqual([])
  })

  it('set: a new session takes the place of one that has expired and was not pruned yet', async () => {
    const { pool, store } = await open()
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    await pool.query(`UPDATE ${table} SET ${expires} = clock_timestamp()`)
    await store.set('a', sessionOf({ user: 'Bob' }, 60_000))
    expect(await store.get('a')).toMatchObject({ user: 'Bob' })
  })

  it('touch: moves the expiry and leaves the data', async () => {
    const { pool, store } = await open()
    await store.set('a', sessionOf({ user: 'Ada' }, 1000))
    const before = await now(pool)
    expect(await store.touch('a', sessionOf({ user: 'Eve' }, 90_000))).toBe(true)
    expect(await endOf(pool)).toBeGreaterThan(before + 89_000)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    const shown = new Date((await store.get('a'))!.cookie.expires as Date).valueOf()
    expect(shown).toBeGreaterThan(Date.now() + 60_000)
  })

  it('ttl: the longest lifetimes there are end with the year 9999', async () => {
    const { store } = await open({ ttl: Number.POSITIVE_INFINITY })
    await store.set('no end', sessionOf())
    await store.set('the last Date', sessionOf({ cookie: { expires: new Date(8.64e15) } }))
    expect(await store.get('no end')).toBeDefined()
    expect(await store.touch('the last Date', sessionOf({ cookie: { expires: new Date(8.64e15) } }))).toBe(
      true,
    )
    const session = await store.get('the last Date')
    const end = new Date(session!.cookie.expires as Date).valueOf()
    expect(Math.abs(end - Date.UTC(9999, 11, 31, 23, 59, 59, 999))).toBeLessThan(60_000)
    expect(await store.prune()).toBe(0)
  })

  it('expiry: a row that somebody has given no end is a session', async () => {
    const { pool, store } = await open()
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    await pool.query(`UPDATE ${table} SET ${expires} = 'infinity'`)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    await pool.query(`UPDATE ${table} SET ${expires} = '-infinity'`)
    expect(await store.get('a')).toBeUndefined()
    expect(await store.prune()).toBe(1)
  })

  it('expiry: counts from the statement, and not from the transaction that the app has begun', async () => {
    const { pool, place } = await open()
    const client = new pg.Client(inject('postgresUrl'))
    await client.connect()
    onTestFinished(() => client.end())
    const [schema] = place.split('.')
    const store = storeOn(client, { schema, table })
    await store.length()
    await client.query('BEGIN')
    await client.query('SELECT pg_sleep(0.1)')
    const before = await now(pool)
    await store.set('a', sessionOf({}, 50))
    await store.set('b', sessionOf({}, 60_000))
    await client.query('SELECT pg_sleep(0.1)')
    expect(await store.get('a')).toBeUndefined()
    expect(await store.ids()).toEqual(['b'])
    expect(await store.length()).toBe(1)
    expect(await store.prune()).toBe(1)
    await client.query('COMMIT')
    expect(await endOf(pool)).toBeGreaterThan(before + 59_900)
  })

  it('touch, update: a session that expires while they wait for its row stays dead', async () => {
    const { store, place } = await open()
    await store.set('a', sessionOf({ n: 0 }, 60_000))
    const compared = await store.get('a')
    const holder = await holdRow(place, 'a')
    const touched = store.touch('a', sessionOf({}, 60_000))
    const written = store.set('a', Object.assign(compared!, { n: 1 }))
    written.catch(() => {})
    await holder.waiting(2)
    await holder.client.query(`UPDATE ${place} SET ${expires} = clock_timestamp() WHERE sid = 'a'`)
    await holder.commit()
    expect(await touched).toBe(false)
    await expect(written).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(await store.get('a')).toBeUndefined()
  })
})

describe('prune', () => {
  it('prune: the timer removes expired rows from the table', async () => {
    const schema = await newSchema()
    const store = openStore({ schema, pruneInterval: 40 })
    await store.set('short', sessionOf({}, 20))
    await store.set('long', sessionOf({}, 60_000))
    const pool = openPool({ max: 1 })
    const rows = async () => (await pool.query(`SELECT sid FROM ${schema}.sessions`)).rows
    while ((await rows()).length > 1);
    expect(await rows()).toEqual([{ sid: 'long' }])
  })
})
