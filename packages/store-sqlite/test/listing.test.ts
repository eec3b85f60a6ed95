import { describe, expect, it } from 'vitest'
import { openClient, openStore, sessionOf, tempFile } from './support/files.ts'

/** More than two pages. */
const MANY = 1234
const ODD = [
  '',
  '__proto__',
  'constructor',
  'a/../b',
  '%',
  '_',
  "'; DROP TABLE sessions; --",
  'ключ',
  '😀',
  ' ',
]

describe('listing', () => {
  async function filled() {
    const file = tempFile()
    const store = openStore(file)
    const ids = [...ODD]
    for (let i = 0; ids.length < MANY; i++) ids.push(`sid ${i}`)
    for (const sid of ids) await store.set(sid, sessionOf({ sid }))
    for (let i = 0; i < 600; i++) await store.set(`expired ${i}`, sessionOf({}, 1))
    while ((await store.length()) > MANY) await new Promise(setImmediate)
    return { file, store, ids }
  }

  it('entries: gives every live session once, odd ids included, page by page', async () => {
    const { store, ids } = await filled()
    const seen: string[] = []
    for await (const [sid, session] of store.entries()) {
      expect((session as { sid?: unknown }).sid).toBe(sid)
      seen.push(sid)
    }
    expect(seen).toHaveLength(MANY)
    expect(new Set(seen)).toEqual(new Set(ids))
    expect(new Set(await store.ids())).toEqual(new Set(ids))
    expect(await store.length()).toBe(MANY)
  })

  it('all: has every live session by its id', async () => {
    const { store, ids } = await filled()
    const all = new Map(Object.entries(await store.all()))
    expect([...all.keys()].sort()).toEqual([...ids].sort())
    for (const [sid, session] of all) expect(session).toMatchObject({ sid })
  })

  it('entries: sessions that come and go meanwhile are no trouble', async () => {
    const { store, ids } = await filled()
    const seen: string[] = []
    for await (const [sid] of store.entries()) {
      seen.push(sid)
      await store.destroy(sid)
      if (seen.length % 100 === 0) await store.set(`!${seen.length}`, sessionOf())
    }
    expect(new Set(seen)).toEqual(new Set(ids))
    expect(seen).toHaveLength(MANY)
  })

  it('entries: may be left early', async () => {
    const { store } = await filled()
    for await (const _ of store.entries()) break
    await store.set('later', sessionOf())
    expect(await store.get('later')).toBeDefined()
  })

  it('clear: removes every session, expired ones too, and no other table', async () => {
    const { store, file } = await filled()
    const client = openClient(file)
    client.exec("CREATE TABLE coats (name TEXT); INSERT INTO coats VALUES ('a blue one')")
    const others = openStore(file, { table: 'other sessions' })
    await others.set('a', sessionOf())
    await store.clear()
    expect(await store.length()).toBe(0)
    expect(client.prepare('SELECT count(*) FROM sessions').pluck().get()).toBe(0)
    expect(client.prepare('SELECT name FROM coats').pluck().all()).toEqual(['a blue one'])
    expect(await others.ids()).toEqual(['a'])
  })

  it('ids: each of these is a session of its own', async () => {
    const store = openStore()
    for (const sid of [...ODD, 'A', 'a', 'a ', 'a\0', 'a\0b']) {
      await store.set(sid, sessionOf({ sid }))
      expect(await store.get(sid)).toMatchObject({ sid })
    }
    expect(await store.length()).toBe(ODD.length + 5)
    for (const sid of ODD) expect(await store.destroy(sid)).toBe(true)
    expect(await store.length()).toBe(5)
  })

  it('length: is a number also with a client that gives BigInts', async () => {
    const { SqliteStore } = await import('@coatcheck/store-sqlite')
    const client = openClient()
    client.defaultSafeIntegers(true)
    const store = new SqliteStore({ client })
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    expect(await store.length()).toBe(1)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    await store.close()
  })
})
