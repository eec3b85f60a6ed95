import type { PostgresStore } from '@coatcheck/store-postgres'
import { describe, expect, it } from 'vitest'
import {
  CONNECT_PG_SIMPLE,
  holdRow,
  newSchema,
  openPool,
  openStore,
  sessionOf,
  storeOn,
} from './support/postgres.ts'

/** More than two pages. */
const MANY = 1234
const ODD = [
  '',
  '__proto__',
  'constructor',
  '%',
  '_',
  "'; DROP TABLE sessions; --",
  'ключ',
  '😀',
  ' ',
  'a\0b',
  '\udc00',
]

describe.each(['"C"', '"en_US.utf8"', '"und-x-icu"'])('sid COLLATE %s', collation => {
  const ddl = `CREATE TABLE sessions (sid varchar COLLATE ${collation} PRIMARY KEY, sess json, expire timestamp)`

  /** Live sessions, in an order that is not that of their ids, and expired ones. */
  async function filled() {
    const schema = await newSchema()
    const pool = openPool({ options: `-c search_path=${schema}` })
    const there = await pool.query('SELECT FROM pg_collation WHERE quote_ident(collname) = $1', [collation])
    await pool.query(there.rowCount === 0 ? ddl.replace(collation, '"default"') : ddl)
    const store = storeOn(pool, {})
    for (const sid of ODD) await store.set(sid, sessionOf({ sid }))
    const insert = `
      INSERT INTO sessions (sid, sess, expire)
      SELECT sid, json_build_object('cookie', '{}'::json, 'sid', sid), now() + i % 3 * interval '1 hour'
      FROM (SELECT i, left(md5(i::text), 3) || CASE i % 4 WHEN 0 THEN '-' WHEN 1 THEN '_' WHEN 2 THEN 'É' ELSE 'a' END || i AS sid
            FROM generate_series(0, $1) AS i) AS made`
    await pool.query(insert, [Math.ceil(((MANY - ODD.length) * 3) / 2) - 1])
    const { rows } = await pool.query('SELECT sid FROM sessions WHERE expire > now()')
    const ids = [
      ...ODD,
      ...rows.map(row => row.sid as string).filter(sid => /^[0-9a-f]{3}[-_Éa]\d+$/.test(sid)),
    ]
    expect(ids.length).toBeGreaterThan(1000)
    return { pool, store, ids }
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
    expect(Object.keys(await store.all()).sort()).toEqual(ids.toSorted())
    expect(await store.length()).toBe(ids.length)
  })

  it('entries: sessions that come and go meanwhile are no trouble', async () => {
    const { store, ids } = await filled()
    const seen: string[] = []
    for await (const [sid] of store.entries()) {
      seen.push(sid)
      await store.destroy(sid)
      if (seen.length % 100 === 0) await store.set('', sessionOf())
    }
    expect(seen.toSorted()).toEqual(ids.toSorted())
  })

  it('clear: removes every session, expired ones too, odd ids included', async () => {
    const { pool, store } = await filled()
    await pool.query(
      `INSERT INTO sessions SELECT 'more ' || i, '{}', now() FROM generate_series(1, 12000) AS i`,
    )
    await store.clear()
    expect((await pool.query('SELECT sid FROM sessions')).rows).toEqual([])
    await store.clear()
  })
})

describe('entries', () => {
  it('entries: may be left early', async () => {
    const store = openStore({ schema: await newSchema(), max: 1 })
    for (let i = 0; i < 3; i++) await store.set(`${i}`, sessionOf())
    for await (const _ of store.entries()) break
    expect(await store.get('0')).toBeDefined()
  })
})

describe('clear', () => {
  it('clear: readers go on, and so does whoever writes another session', async () => {
    const schema = await newSchema()
    const store = openStore({ schema })
    for (const sid of ['a', 'b', 'c']) await store.set(sid, sessionOf({ sid }))
    const holder = await holdRow(`${schema}.sessions`, 'b')
    const cleared = store.clear()
    await holder.waiting(1)
    expect(await store.get('c')).toMatchObject({ sid: 'c' })
    expect(await store.length()).toBe(3)
    await store.set('d', sessionOf())
    await holder.commit()
    await cleared
    expect(await store.get('a')).toBeUndefined()
    expect(await store.get('b')).toBeUndefined()
  })

  it('clear: two at once do not block each other', async () => {
    const schema = await newSchema()
    const stores = Array.from({ length: 4 }, () => openStore({ schema, max: 2 }))
    await stores[0]!.length()
    const pool = openPool({ max: 1 })
    await pool.query(
      `INSERT INTO ${schema}.sessions SELECT md5(i::text), '{"cookie":{}}', now() + '1 h' FROM generate_series(1, 20000) AS i`,
    )
    await Promise.all(stores.map(store => store.clear()))
    expect(await stores[0]!.length()).toBe(0)
  })
})

describe('prune', () => {
  const LIVE = 500
  const EXPIRED = 20_500

  async function expired(ddl = '', table = 'sessions') {
    const schema = await newSchema()
    const pool = openPool({ options: `-c search_path=${schema}` })
    if (ddl) await pool.query(ddl)
    const open = (): PostgresStore => storeOn(openPool({ options: `-c search_path=${schema}` }), { table })
    const stores = Array.from({ length: 6 }, open)
    await stores[0]!.length()
    await pool.query(
      `INSERT INTO ${table} SELECT md5(i::text), '{"cookie":{}}', now() + (CASE WHEN i <= $1 THEN 1 ELSE -1 END) * interval '1 h' FROM generate_series(1, $2) AS i`,
      [LIVE, LIVE + EXPIRED],
    )
    return { pool, stores, table }
  }

  it.each([
    ['our own table', undefined, undefined],
    ["connect-pg-simple's", CONNECT_PG_SIMPLE, 'session'],
  ])('prune: by several at once on %s, each expired session counts once', async (_, ddl, table) => {
    const { pool, stores, ...made } = await expired(ddl, table)
    const counts = await Promise.all(stores.flatMap(store => [store.prune(), store.prune()]))
    // Whatever one has left to another, since it was held, that one has deleted.
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(EXPIRED)
    expect(counts.filter(count => count > 0).length).toBeGreaterThan(1)
    expect((await pool.query(`SELECT FROM ${made.table}`)).rowCount).toBe(LIVE)
    expect(await stores[0]!.length()).toBe(LIVE)
  })

  it('prune: leaves what somebody holds, without waiting, and what is written anew', async () => {
    const schema = await newSchema()
    const store = openStore({ schema })
    for (const sid of ['a', 'b']) await store.set(sid, sessionOf({ n: 0 }))
    await openPool({ max: 1 }).query(`UPDATE ${schema}.sessions SET expires = now()`)
    const holder = await holdRow(`${schema}.sessions`, 'a')
    expect(await store.prune()).toBe(1)
    const written = store.set('a', sessionOf({ n: 1 }))
    await holder.waiting(1)
    expect(await store.prune()).toBe(0)
    await holder.commit()
    await written
    expect(await store.prune()).toBe(0)
    expect(await store.get('a')).toMatchObject({ n: 1 })
  })
})
