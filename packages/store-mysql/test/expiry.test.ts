import { MysqlStore } from '@coatcheck/store-mysql'
import { expect, it, onTestFinished } from 'vitest'
import { holdRow, newDatabase, openPool, openStore, rowsOf, sessionOf, urlOf } from './support/mysql.ts'

/** A store whose hooks a test may call. */
class Probe extends MysqlStore {
  override _read(sid: string) {
    return super._read(sid)
  }
}

async function open(options: { ttl?: number } = {}, timeZone = '+00:00') {
  const database = await newDatabase()
  const pool = openPool(database)
  pool.pool.on('connection', connection => {
    connection.query(`SET time_zone = '${timeZone}'`, () => {})
  })
  const store = new Probe({ ...options, client: pool })
  onTestFinished(() => store.close())
  const now = async () =>
    Number(
      (
        await rowsOf(pool, "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000 AS ms")
      )[0]!.ms,
    )
  const endOf = async () => Number((await rowsOf(pool, 'SELECT expires FROM sessions'))[0]!.expires)
  return { database, pool, store, now, endOf }
}

it.each(['+00:00', '-02:30', '+05:45', '+14:00'])(
  'expiry: is exact to the millisecond with time_zone %s',
  async timeZone => {
    const { store, now, endOf } = await open({ ttl: 123_456 }, timeZone)
    await store.length()
    const before = await now()
    await store.set('a', sessionOf())
    const after = await now()
    const end = await endOf()
    expect(end).toBeGreaterThanOrEqual(before + 123_456)
    expect(end).toBeLessThanOrEqual(after + 123_456)
    const earlier = await now()
    const { ttl } = (await store._read('a'))!
    const later = await now()
    expect(ttl).toBeGreaterThanOrEqual(end - later)
    expect(ttl).toBeLessThanOrEqual(end - earlier)
    expect(Math.abs(earlier - Date.now())).toBeLessThan(60_000)
  },
)

it('expiry: what has expired is there for no method', async () => {
  const { pool, store, now } = await open()
  await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
  const session = await store.get('a')
  await pool.query('UPDATE sessions SET expires = ?', [await now()])
  expect(await store.get('a')).toBeUndefined()
  expect([await store.length(), await store.ids(), await store.all()]).toEqual([0, [], {}])
  expect(await store.touch('a', session!)).toBe(false)
  await expect(store.set('a', session!)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
  expect(await store.destroy('a')).toBe(false)
  expect(await store.exchange('a', 'b', sessionOf(), { required: true })).toBe(false)
  expect(await store.prune()).toBe(1)
})

it('set, insert: a new session takes the place of one that has expired and was not pruned yet', async () => {
  const { pool, store } = await open()
  for (const method of ['set', 'insert'] as const) {
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    await pool.query('UPDATE sessions SET expires = 1000')
    expect(await store[method]('a', sessionOf({ user: method }, 60_000))).not.toBe(false)
    expect(await store.get('a')).toMatchObject({ user: method })
  }
})

it('ttl: the longest lifetimes there are end with the year 9999', async () => {
  const { store } = await open({ ttl: Number.POSITIVE_INFINITY })
  const last = sessionOf({ cookie: { expires: new Date(8.64e15) } })
  await store.set('no end', sessionOf())
  await store.set('the last Date', last)
  expect(await store.get('no end')).toBeDefined()
  expect(await store.touch('the last Date', last)).toBe(true)
  const end = new Date((await store.get('the last Date'))!.cookie.expires as Date).valueOf()
  expect(Math.abs(end - Date.UTC(9999, 11, 31, 23, 59, 59, 999))).toBeLessThan(60_000)
  expect(await store.prune()).toBe(0)
})

it('touch, update: a session that expires while they wait for its row stays dead', async () => {
  const { database, store } = await open()
  await store.set('a', sessionOf({ n: 0 }, 60_000))
  const compared = await store.get('a')
  const holder = await holdRow(database, 'a')
  const touched = store.touch('a', sessionOf({}, 60_000))
  const written = store.set('a', Object.assign(compared!, { n: 1 }))
  written.catch(() => {})
  await holder.waiting(2)
  // It is live when they begin, and over when they get the row.
  await holder.client.query(
    "UPDATE sessions SET expires = TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000 + 1 WHERE sid = 'a'",
  )
  await holder.client.query('DO SLEEP(0.05)')
  await holder.commit()
  expect(await touched).toBe(false)
  await expect(written).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
  expect(await store.get('a')).toBeUndefined()
})

it('prune: the timer removes expired rows from the table', async () => {
  const database = await newDatabase()
  const store = openStore({ pruneInterval: 40 }, urlOf(database))
  await store.set('short', sessionOf({}, 20))
  await store.set('long', sessionOf({}, 60_000))
  const pool = openPool(database)
  const rows = () => rowsOf(pool, 'SELECT sid FROM sessions')
  while ((await rows()).length > 1);
  expect(await rows()).toEqual([{ sid: 'long' }])
})
