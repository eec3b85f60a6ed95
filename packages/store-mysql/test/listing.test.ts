import type { MysqlStore } from '@coatcheck/store-mysql'
import { describe, expect, it } from 'vitest'
import {
  EXPRESS_MYSQL_SESSION,
  holdRow,
  newDatabase,
  openPool,
  openStore,
  rowsOf,
  sessionOf,
  storeOn,
  urlOf,
} from './support/mysql.ts'

/** More than two pages. */
const MANY = 1234
const ODD = [
  '',
  '__proto__',
  '%',
  '_',
  "'; DROP TABLE sessions; --",
  'ключ',
  '😀',
  ' ',
  'a ',
  'a\0b',
  '\udc00',
  '\u0001',
  '\u0002x',
  'A',
  'a',
  'ä',
]
const LATER = 4102444800000

const layouts: [string, { ddl: string; sid: string; unit: number }][] = [
  ['our own table', { ddl: '', sid: 'sid', unit: 1 }],
  ["express-mysql-session's table", { ddl: EXPRESS_MYSQL_SESSION, sid: 'session_id', unit: 1000 }],
]

describe.each(layouts)('%s', (_, { ddl, sid: column, unit }) => {
  /** Rows with generated ids, so many of them live. */
  async function fill(database: string, live: number, expired: number): Promise<string[]> {
    const pool = openPool(database)
    const ids = Array.from({ length: live + expired }, (_, i) => `${(i * 7919) % 1000}-${i}`)
    for (let at = 0; at < ids.length; at += 1000) {
      const rows = ids.slice(at, at + 1000).map((sid, i) => {
        return [sid, JSON.stringify(sessionOf({ sid })), at + i < live ? LATER / unit : 1]
      })
      await pool.query(`INSERT INTO sessions (${column}, data, expires) VALUES ?`, [rows])
    }
    return ids.slice(0, live)
  }

  async function filled() {
    const database = await newDatabase()
    const pool = openPool(database)
    if (ddl) await pool.query(ddl)
    const store = storeOn(pool)
    for (const sid of ODD) await store.set(sid, sessionOf({ sid }))
    const ids = [...ODD, ...(await fill(database, MANY, MANY))]
    return { database, pool, store, ids }
  }

  it('entries: gives every live session once, odd ids included, page by page', async () => {
    const { store, ids } = await filled()
    const seen: string[] = []
    for await (const [sid, session] of store.entries()) {
      expect((session as { sid?: unknown }).sid).toBe(sid)
      seen.push(sid)
    }
    expect(seen.toSorted()).toEqual(ids.toSorted())
    expect((await store.ids()).sort()).toEqual(ids.toSorted())
    expect(await store.length()).toBe(ids.length)
  })

  it('entries: sessions that come and go meanwhile are no trouble', async () => {
    const { store, ids } = await filled()
    const seen: string[] = []
    for await (const [sid] of store.entries()) {
      seen.push(sid)
      await store.destroy(sid)
    }
    expect(seen.toSorted()).toEqual(ids.toSorted())
  })

  it('clear: removes every session, expired ones too, also by several at once', async () => {
    const { database, pool, store } = await filled()
    await fill(database, 0, 0)
    await Promise.all([store, storeOn(openPool(database))].map(store => store.clear()))
    expect(await rowsOf(pool, 'SELECT * FROM sessions')).toEqual([])
    await store.clear()
  })

  it('prune: by several at once, each expired session counts once', async () => {
    const database = await newDatabase()
    if (ddl) await openPool(database).query(ddl)
    const stores: MysqlStore[] = Array.from({ length: 4 }, () => storeOn(openPool(database)))
    await stores[0]!.length()
    await fill(database, 500, 8000)
    const counts = await Promise.all(stores.flatMap(store => [store.prune(), store.prune()]))
    const later = await stores[0]!.prune()
    expect([...counts, later].reduce((sum, count) => sum + count, 0)).toBe(8000)
    expect(await rowsOf(openPool(database), 'SELECT COUNT(*) AS count FROM sessions')).toEqual([
      { count: 500 },
    ])
  })
})

describe('beside whoever holds a row', () => {
  it('prune: leaves what somebody holds, without waiting, and what is written anew', async () => {
    const database = await newDatabase()
    const store = openStore({}, urlOf(database))
    for (const sid of ['a', 'b']) await store.set(sid, sessionOf({ n: 0 }))
    await openPool(database).query('UPDATE sessions SET expires = 1')
    const holder = await holdRow(database, 'a')
    expect(await store.prune()).toBe(1)
    const written = store.set('a', sessionOf({ n: 1 }))
    await holder.waiting(1)
    expect(await store.prune()).toBe(0)
    await holder.commit()
    await written
    expect(await store.prune()).toBe(0)
    expect(await store.get('a')).toMatchObject({ n: 1 })
  })

  it('clear: readers go on, and so does whoever writes another session', async () => {
    const database = await newDatabase()
    const store = openStore({}, urlOf(database))
    for (const sid of ['a', 'b', 'c']) await store.set(sid, sessionOf({ sid }))
    const holder = await holdRow(database, 'b')
    const cleared = store.clear()
    await holder.waiting(1)
    expect(await store.get('c')).toMatchObject({ sid: 'c' })
    expect(await store.length()).toBe(3)
    await holder.commit()
    await cleared
    expect(await store.length()).toBe(0)
  })

  it('entries: may be left early', async () => {
    const store = openStore({ max: 1 }, urlOf(await newDatabase()))
    for (let i = 0; i < 3; i++) await store.set(`${i}`, sessionOf())
    for await (const _ of store.entries()) break
    expect(await store.get('0')).toBeDefined()
  })
})
