import mysql from 'mysql2/promise'
import { describe, expect, it, onTestFinished } from 'vitest'
import { describeTexts, describeUpdates, outcome } from '../../session/test/support/updates.ts'
import { holdRow, newDatabase, openPool, openStore, sessionOf, storeOn, urlOf } from './support/mysql.ts'

describeUpdates(['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'], {
  place: newDatabase,
  // Each with as many connections as a pool has of its own.
  open(isolation, database) {
    const pool = openPool(database)
    pool.pool.on('connection', connection => {
      connection.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${isolation}`, () => {})
    })
    return storeOn(pool)
  },
  hold: holdRow,
  acts: () => ({
    ends: 'DELETE FROM sessions WHERE sid = ?',
    changes: 'UPDATE sessions SET data = JSON_OBJECT() WHERE sid = ?',
    lasts: 'UPDATE sessions SET expires = expires + 3600000 WHERE sid = ?',
  }),
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

describeTexts(255, async options => openStore({ database: await newDatabase(), ...options }))

describe('data', () => {
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
