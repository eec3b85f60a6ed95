import type { MysqlStore } from '@coatcheck/store-mysql'
import mysql from 'mysql2/promise'
import { describe, expect, it, onTestFinished } from 'vitest'
import { holdRow, newDatabase, openPool, openStore, sessionOf, storeOn, urlOf } from './support/mysql.ts'

/** What became of a save: `'updated'`, or the code of its failure. */
async function outcome(save: Promise<void>): Promise<string> {
  try {
    await save
    return 'updated'
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** Count in one session until nobody was faster, so many times. */
async function count(store: MysqlStore, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const session = (await store.get('shared')) as unknown as { n: number }
    session.n++
    const result = await outcome(store.set('shared', session as never))
    if (result === 'updated') done++
    else expect(result).toBe('ERR_SESSION_CHANGED')
  }
}

describe.each(['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'])('%s', isolation => {
  /** A store on connections with this isolation level, each with as many as the pool of its own. */
  function open(database: string): MysqlStore {
    const pool = openPool(database)
    pool.pool.on('connection', connection => {
      connection.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${isolation}`, () => {})
    })
    return storeOn(pool)
  }

  it('update: none of the changes that several make to one session is lost', async () => {
    const database = await newDatabase()
    const stores = Array.from({ length: 4 }, () => open(database))
    await stores[0]!.set('shared', sessionOf({ n: 0 }))
    await Promise.all(stores.flatMap(store => [count(store, 20), count(store, 20)]))
    expect(await stores[0]!.get('shared')).toMatchObject({ n: 160 })
  })

  it('update: of many at once one is first, and the others are told', async () => {
    const database = await newDatabase()
    const stores = [open(database), open(database)]
    await stores[0]!.set('a', sessionOf({ n: 0 }))
    const read = await Promise.all(Array.from({ length: 20 }, (_, i) => stores[i % 2]!.get('a')))
    const saves = read.map((session, i) =>
      outcome(stores[i % 2]!.set('a', Object.assign(session!, { n: i + 1 }))),
    )
    const outcomes = await Promise.all(saves)
    expect(outcomes.filter(result => result === 'updated')).toHaveLength(1)
    expect(outcomes.filter(result => result === 'ERR_SESSION_CHANGED')).toHaveLength(19)
    expect(await stores[0]!.get('a')).toMatchObject({ n: outcomes.indexOf('updated') + 1 })
  })

  it('update, touch: one that waits sees what has become of the row', async () => {
    const database = await newDatabase()
    const store = open(database)
    const endings = {
      'DELETE FROM sessions WHERE sid = ?': ['ERR_SESSION_GONE', false],
      'UPDATE sessions SET data = JSON_OBJECT() WHERE sid = ?': ['ERR_SESSION_CHANGED', true],
      'UPDATE sessions SET expires = expires + 3600000 WHERE sid = ?': ['updated', true],
    }
    for (const [sql, [saved, touched]] of Object.entries(endings)) {
      await store.set('a', sessionOf({ n: 0 }, 60_000))
      const session = await store.get('a')
      const holder = await holdRow(database, 'a')
      const save = outcome(store.set('a', Object.assign(session!, { n: 1 })))
      await holder.waiting(1)
      await holder.client.query(sql, ['a'])
      await holder.commit()
      expect(await save).toBe(saved)
      expect(await store.touch('a', sessionOf({}, 60_000))).toBe(touched)
      await store.destroy('a')
    }
  })

  it('set: many may write a new session at once', async () => {
    const database = await newDatabase()
    const stores = [open(database), open(database)]
    await Promise.all(Array.from({ length: 100 }, (_, i) => stores[i % 2]!.set('a', sessionOf({ i }))))
    expect(await stores[0]!.length()).toBe(1)
  })

  it('touch, destroy: meet each other, and the session is gone', async () => {
    const database = await newDatabase()
    const store = open(database)
    for (let i = 0; i < 50; i++) {
      await store.set('a', sessionOf())
      const touches = Array.from({ length: 4 }, () => store.touch('a', sessionOf({}, 60_000)))
      expect(await store.destroy('a')).toBe(true)
      await Promise.all(touches)
      expect(await store.get('a')).toBeUndefined()
    }
  })
})

describe('in a transaction of the app', () => {
  it('set, destroy: what is written there is undone with it', async () => {
    const database = await newDatabase()
    const client = await mysql.createConnection(urlOf(database))
    onTestFinished(() => client.end())
    const store = storeOn(client)
    await store.set('a', sessionOf({ n: 0 }))
    const other = openStore({}, urlOf(database))
    await client.beginTransaction()
    await store.set('b', sessionOf({ n: 1 }))
    expect(await store.destroy('a')).toBe(true)
    await client.rollback()
    expect(await other.get('a')).toMatchObject({ n: 0 })
    expect(await other.get('b')).toBeUndefined()
  })

  it('destroy: sees what others have written since the transaction began', async () => {
    const database = await newDatabase()
    const client = await mysql.createConnection(urlOf(database))
    onTestFinished(() => client.end())
    const store = storeOn(client)
    const other = openStore({}, urlOf(database))
    await store.set('a', sessionOf({ n: 0 }))
    await client.beginTransaction()
    await store.get('a')
    await other.set('a', sessionOf({ n: 1 }))
    // MariaDB 11.6 and later refuse what has changed since, and say so.
    const destroyed = await store.destroy('a').catch(error => error.errno)
    expect([true, 1020]).toContain(destroyed)
    await client.commit()
  })
})

describe('data', () => {
  const TEXTS = [
    '12345678901234567890',
    '0x10',
    '1e400',
    '',
    ' ',
    'a\0b',
    '\0',
    '\ud83d',
    'a\udc00b',
    '\u0001',
    '\u0001"a"',
    '\u0001\0',
    '"\\u0000"',
    '\u2028',
    'é😀',
    '\\x00',
    'x'.repeat(2 ** 20),
  ]

  it('codec: any text comes back as it was, and is found again', async () => {
    let text = ''
    const codec = { stringify: () => text, parse: (stored: string) => ({ cookie: {}, stored }) }
    const store = openStore({ database: await newDatabase(), codec })
    for (text of TEXTS) {
      await store.set('a', sessionOf())
      const session = await store.get('a')
      expect(session).toMatchObject({ stored: text })
      await store.set('a', session!)
      for await (const [, listed] of store.entries()) expect(listed).toMatchObject({ stored: text })
    }
  })

  it('ids: any text is a session of its own', async () => {
    const store = openStore({ database: await newDatabase() })
    for (const sid of TEXTS) await store.set(sid.slice(0, 255), sessionOf({ sid }))
    for (const sid of TEXTS) expect(await store.get(sid.slice(0, 255))).toMatchObject({ sid })
    expect((await store.ids()).sort()).toEqual(TEXTS.map(sid => sid.slice(0, 255)).sort())
    for (const sid of TEXTS) expect(await store.destroy(sid.slice(0, 255))).toBe(true)
    expect(await store.length()).toBe(0)
  })

  it('data: what is no text of the column is refused, and the row stays', async () => {
    const pool = openPool(await newDatabase())
    await pool.query(`
      CREATE TABLE sessions (sid varchar(10) PRIMARY KEY, data text NOT NULL, expires bigint NOT NULL)
      CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
    const store = storeOn(pool)
    await store.set('a', sessionOf({ n: 1 }))
    await store.set('😀'.repeat(10), sessionOf({ n: 2 }))
    const refused = { code: 'ER_DATA_TOO_LONG' }
    await expect(store.set('a', sessionOf({ text: 'ü'.repeat(33_000) }))).rejects.toMatchObject(refused)
    await expect(store.insert('x'.repeat(11), sessionOf())).rejects.toMatchObject(refused)
    await expect(store.exchange('a', '😀'.repeat(11), sessionOf())).rejects.toMatchObject(refused)
    expect(await store.get('a')).toMatchObject({ n: 1 })
    expect(await store.get('😀'.repeat(10))).toMatchObject({ n: 2 })
  })

  it('update: texts that differ in case, in accents or in spaces at their end are not the same', async () => {
    let text = ''
    const codec = { stringify: () => text, parse: (stored: string) => ({ cookie: {}, stored }) }
    const pool = openPool(await newDatabase())
    await pool.query(`
      CREATE TABLE sessions (sid varchar(10) PRIMARY KEY, data text NOT NULL, expires bigint NOT NULL)
      CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`)
    const store = storeOn(pool, { codec })
    for (const [one, two] of [
      ['a', 'A'],
      ['a', 'ä'],
      ['a', 'a '],
      ['a', 'a\t'],
    ] as const) {
      text = one
      await store.set('s', sessionOf())
      const late = await store.get('s')
      text = two
      await store.set('s', sessionOf())
      text = 'late'
      expect(await outcome(store.set('s', late!))).toBe('ERR_SESSION_CHANGED')
    }
  })
})
