import { openSync, statSync, writeSync } from 'node:fs'
import { inspect } from 'node:util'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it } from 'vitest'
import { openClient, openStore, sessionOf, tempFile } from './support/files.ts'

describe('failures', () => {
  it('disk full: a write fails, what was stored stays, and later writes succeed', async () => {
    const client = openClient()
    const store = new SqliteStore({ client })
    await store.set('a', sessionOf({ user: 'Ada' }))
    client.pragma(`max_page_count = ${client.pragma('page_count', { simple: true })}`)
    const big = sessionOf({ text: 'x'.repeat(50_000) })
    await expect(store.set('b', big)).rejects.toMatchObject({ name: 'SqliteError', code: 'SQLITE_FULL' })
    const known = await store.get('a')
    await expect(store.set('a', Object.assign(known!, big))).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    expect(await store.ids()).toEqual(['a'])
    client.pragma('max_page_count = 1000000')
    await store.set('b', big)
    expect(await store.length()).toBe(2)
    expect(client.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  it('disk full: the table is made when there is room again', async () => {
    const client = openClient()
    client.exec('CREATE TABLE coats (name TEXT)')
    client.pragma('max_page_count = 2')
    const store = new SqliteStore({ client })
    await expect(store.set('a', sessionOf())).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    await expect(store.get('a')).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    client.pragma('max_page_count = 1000000')
    await store.set('a', sessionOf())
    expect(await store.ids()).toEqual(['a'])
  })

  it('read-only: what writes fails, what reads does not, and later it writes again', async () => {
    const client = openClient()
    const store = new SqliteStore({ client })
    await store.set('a', sessionOf({ user: 'Ada' }))
    client.pragma('query_only = ON')
    const readOnly = { name: 'SqliteError', code: 'SQLITE_READONLY' }
    await expect(store.set('b', sessionOf())).rejects.toMatchObject(readOnly)
    await expect(store.touch('a', sessionOf())).rejects.toMatchObject(readOnly)
    await expect(store.destroy('a')).rejects.toMatchObject(readOnly)
    await expect(store.clear()).rejects.toMatchObject(readOnly)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    client.pragma('query_only = OFF')
    await store.set('b', sessionOf())
    expect(await store.length()).toBe(2)
  })

  const tables = [
    ['our own', '(sid TEXT NOT NULL PRIMARY KEY, data TEXT NOT NULL, expires INTEGER NOT NULL) STRICT'],
    ["another package's", '(sid PRIMARY KEY, expired, sess)'],
  ]
  it.each(tables)('read-only: a client opened for reading reads %s table', async (_, columns) => {
    const file = tempFile()
    openClient(file).exec(`CREATE TABLE sessions ${columns}`)
    await openStore(file).set('a', sessionOf({ user: 'Ada' }))
    openClient(file).exec('DROP INDEX IF EXISTS sessions_expired; DROP INDEX IF EXISTS sessions_expires')
    const store = new SqliteStore({ client: openClient(file, { readonly: true }) })
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    expect(await store.ids()).toEqual(['a'])
    await expect(store.destroy('a')).rejects.toMatchObject({ code: 'SQLITE_READONLY' })
  })

  it("corrupt file: damage gives the driver's error", async () => {
    const file = tempFile()
    const store = SqliteStore.open(file)
    for (let i = 0; i < 200; i++) await store.set(`sid ${i}`, sessionOf({ text: 'x'.repeat(500) }))
    await store.close()
    const [handle, { size }] = [openSync(file, 'r+'), statSync(file)]
    for (let at = 4096; at < size; at += 4096) writeSync(handle, Buffer.alloc(512, 0xa5), 0, 512, at)
    const damaged = openStore(file)
    await expect(damaged.get('sid 1')).rejects.toMatchObject({
      name: 'SqliteError',
      code: expect.stringMatching(/^SQLITE_CORRUPT/),
    })
    await expect(damaged.set('a', sessionOf())).rejects.toMatchObject({
      code: expect.stringMatching(/^SQLITE_CORRUPT/),
    })
  })

  it('corrupt data: one row that is no session does no harm to others', async () => {
    const file = tempFile()
    const store = openStore(file)
    await store.set('a', sessionOf({ user: 'Ada' }))
    const insert = openClient(file).prepare('INSERT INTO sessions (sid, data, expires) VALUES (?, ?, ?)')
    insert.run('b', '{"cookie":', Date.now() + 60_000)
    await expect(store.get('b')).rejects.toMatchObject({ code: 'ERR_SESSION_CORRUPT' })
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    expect(await store.ids()).toEqual(['a', 'b'])
    expect(await store.destroy('b')).toBe(true)
  })

  it('no error has the id or anything of the session in its properties, message or stack', async () => {
    const client = openClient()
    client.exec(`
      CREATE TABLE sessions (
        sid TEXT NOT NULL PRIMARY KEY CHECK (length(sid) < 20), due INTEGER NOT NULL DEFAULT 0,
        expires INTEGER NOT NULL, data TEXT NOT NULL UNIQUE CHECK (length(data) < 200)
      ) STRICT`)
    const store = new SqliteStore({ client })
    const session = sessionOf({ card: 'card-4711' }, 60_000)
    await store.set('other', session)
    const failures = await Promise.all(
      [
        store.set('id-of-ada', session),
        store.set('id-of-ada-that-is-too-long', sessionOf()),
        store.insert('id-of-ada', sessionOf({ card: 'card-4711'.repeat(30) })),
        store.exchange('none', 'id-of-ada', session),
      ].map(call =>
        call.then(
          () => undefined,
          error => error,
        ),
      ),
    )
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: expect.stringMatching(/^SQLITE_CONSTRAINT/) })
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(/card-4711|id-of-/)
    }
  })

  it('callback: a failure is given to it, once', async () => {
    const client = openClient()
    const store = new SqliteStore({ client })
    client.close()
    const errors: unknown[] = []
    await new Promise<void>(resolve => {
      store.set('a', sessionOf(), error => {
        errors.push(error)
        setTimeout(resolve, 20)
      })
      expect(errors).toEqual([])
    })
    expect(errors).toEqual([expect.objectContaining({ message: 'The database connection is not open' })])
  })
})
