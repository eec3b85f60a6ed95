import { type SqliteClient, SqliteStore } from '@coatcheck/store-sqlite'
import Database from 'better-sqlite3'
import Libsql from 'libsql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { conforms } from '../../session/test/support/conforms.ts'
import { openStore, sessionOf, tempFile } from './support/files.ts'
import { BY_VALUE, subjectOn } from './support/subject.ts'

function openLibsql(file: string): SqliteClient {
  return new Libsql(file)
}

describe('libsql', () => {
  conforms(() => subjectOn('libsql', openLibsql), { unverified: BY_VALUE })

  it('set: waits for another connection while other work goes on, and fails with status 503 when that takes too long', async () => {
    const file = tempFile()
    await openStore(file).set('a', sessionOf({ user: 'Ada' }))
    const [client, other] = [openLibsql(file), openLibsql(file)]
    onTestFinished(() => {
      client.close()
      other.close()
    })
    const store = new SqliteStore({ client, busyTimeout: 50 })
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    other.exec('BEGIN IMMEDIATE')
    const began = performance.now()
    const written = store.set('b', sessionOf())
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    await expect(written).rejects.toMatchObject({
      code: 'ERR_SESSION_STORE_UNAVAILABLE',
      status: 503,
      cause: expect.objectContaining({ code: 'SQLITE_BUSY' }),
    })
    expect(performance.now() - began).toBeGreaterThanOrEqual(49)
    other.exec('ROLLBACK')
    await Promise.all(['b', 'c', 'd'].map(sid => store.set(sid, sessionOf())))
    expect(await store.ids()).toEqual(['a', 'b', 'c', 'd'])
  })

  it.each<[string, (store: SqliteStore) => Promise<unknown>]>([
    ['set', store => store.set('new', sessionOf())],
    ['touch', store => store.touch('a', sessionOf())],
    ['destroy', store => store.destroy('a')],
    [
      'several',
      async store => {
        const both = [store.touch('a', sessionOf()), store.set('new', sessionOf())]
        await Promise.allSettled(both)
        await Promise.all(both)
      },
    ],
  ])(
    '%s: after its wait for a lock was given up, other connections see what is written later',
    async (_, write) => {
      const file = tempFile()
      const [client, other] = [openLibsql(file), openLibsql(file)]
      await new SqliteStore({ client: other }).set('a', sessionOf({ user: 'Ada' }))
      onTestFinished(() => {
        client.close()
        other.close()
      })
      const store = new SqliteStore({ client, busyTimeout: 50 })
      await store.length()
      other.exec('BEGIN IMMEDIATE')
      await expect(write(store)).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_UNAVAILABLE' })
      other.exec('ROLLBACK')
      await store.insert('b', sessionOf({ user: 'Bob' }))
      expect(other.prepare('SELECT sid FROM sessions ORDER BY sid').all()).toEqual([
        { sid: 'a' },
        { sid: 'b' },
      ])
      await store.exchange('b', 'c', sessionOf({ user: 'Cyd' }))
      expect(other.prepare('SELECT sid FROM sessions ORDER BY sid').all()).toEqual([
        { sid: 'a' },
        { sid: 'c' },
      ])
    },
  )
})

/** Drivers, and how each opens a file without waiting for locks. */
const DRIVERS: [string, (file: string) => SqliteClient][] = [
  ['libsql', openLibsql],
  ['better-sqlite3', file => new Database(file, { timeout: 0 })],
]

describe.each(DRIVERS)('after a lock, %s', (_, open) => {
  /** Two connections to a file in SQLite's default journal mode, in which reads meet locks too. */
  function connect() {
    const file = tempFile()
    const [client, other] = [open(file), open(file)]
    onTestFinished(() => {
      client.close()
      other.close()
    })
    return { client, other, store: new SqliteStore({ client, busyTimeout: 30 }) }
  }

  /** Another connection can write, and sees what the store has written. */
  async function expectBothWrite(store: SqliteStore, other: SqliteClient) {
    for (const sid of ['one', 'two']) {
      await store.set(sid, sessionOf())
      other.exec(
        `BEGIN IMMEDIATE; INSERT INTO sessions (sid, data, expires) VALUES ('other ${sid}', '{}', 0); COMMIT`,
      )
    }
    const seen = other.prepare("SELECT sid FROM sessions WHERE sid LIKE '%one' OR sid LIKE '%two'").all()
    expect(seen).toHaveLength(4)
  }

  it.each<[string, (store: SqliteStore) => Promise<unknown>]>([
    ['get', store => store.get('a')],
    ['ids', store => store.ids()],
    ['length', store => store.length()],
    ['countOf', store => store.countOf('Ada')],
    ['set', store => store.set('b', sessionOf())],
  ])('%s: when it was given up, both connections write', async (_, call) => {
    const { client, other } = connect()
    const store = new SqliteStore({ client, busyTimeout: 30, owner: 'user' })
    await store.set('a', sessionOf({ user: 'Ada' }))
    other.exec('BEGIN EXCLUSIVE')
    await expect(call(store)).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_UNAVAILABLE' })
    other.exec('ROLLBACK')
    await expectBothWrite(store, other)
  })

  it('set: when its commit waited for a reader and was given up, both connections write', async () => {
    const { store, other } = connect()
    await store.set('a', sessionOf())
    other.exec('BEGIN')
    other.prepare('SELECT * FROM sessions').all()
    await expect(store.set('b', sessionOf())).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_UNAVAILABLE' })
    other.exec('ROLLBACK')
    await expectBothWrite(store, other)
  })

  it('open: when the first use found the file locked, both connections write', async () => {
    const { store, other } = connect()
    other.exec('CREATE TABLE coats (name TEXT); BEGIN EXCLUSIVE')
    await expect(store.length()).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_UNAVAILABLE' })
    other.exec('ROLLBACK')
    await store.length()
    await expectBothWrite(store, other)
  })

  it('set: when it was given up in a transaction of the app, the app and both connections write', async () => {
    const { store, client, other } = connect()
    await store.set('a', sessionOf())
    client.exec('BEGIN')
    other.exec('BEGIN IMMEDIATE')
    await expect(store.set('b', sessionOf())).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_UNAVAILABLE' })
    other.exec('ROLLBACK')
    await store.set('c', sessionOf())
    client.exec('COMMIT')
    expect(other.prepare('SELECT sid FROM sessions ORDER BY sid').all()).toEqual([{ sid: 'a' }, { sid: 'c' }])
    await expectBothWrite(store, other)
  })
})
