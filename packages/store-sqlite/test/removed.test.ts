import { SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it } from 'vitest'
import { openClient, sessionOf } from './support/files.ts'

const MINUTE = 60_000

/** Shows what the base class is told. */
class Shown extends SqliteStore {
  destroyed(sid: string) {
    return this._destroy(sid)
  }

  exchanged(old: string, sid: string, data: string, required: boolean) {
    return this._exchange(old, sid, data, MINUTE, required)
  }
}

const tables = {
  'our own table': '',
  "connect-sqlite3's table": 'CREATE TABLE sessions (sid PRIMARY KEY, expired, sess)',
  "better-sqlite3-session-store's table":
    'CREATE TABLE sessions (sid TEXT NOT NULL PRIMARY KEY, sess JSON NOT NULL, expire TEXT NOT NULL)',
}

describe.each(Object.entries(tables))('%s', (_, ddl) => {
  async function open() {
    const client = openClient()
    client.exec(ddl)
    const store = new Shown({ client })
    await store.set('a', sessionOf({ user: 'Ada' }, MINUTE))
    await store.set('over', sessionOf({}, 1))
    while (await store.get('over'));
    return store
  }

  it('destroy: gives the text of the live session that it removed', async () => {
    const store = await open()
    const text = await store.destroyed('a')
    expect(JSON.parse(String(text))).toMatchObject({ user: 'Ada' })
    expect(await store.destroyed('a')).toBe(false)
    expect(await store.destroyed('over')).toBe(false)
    expect(await store.destroyed('none')).toBe(false)
  })

  it('destroy: a session that has expired was not there', async () => {
    const store = await open()
    expect(await store.destroy('over')).toBe(false)
  })

  it('exchange: gives the text of the live session that it ended', async () => {
    const store = await open()
    expect(JSON.parse(String(await store.exchanged('a', 'b', '{"cookie":{},"n":1}', true)))).toMatchObject({
      user: 'Ada',
    })
    expect(await store.get('b')).toMatchObject({ n: 1 })
    expect(await store.exchanged('a', 'c', '{"cookie":{}}', true)).toBe(false)
    expect(await store.exchanged('over', 'd', '{"cookie":{}}', false)).toBe(false)
    expect((await store.ids()).sort()).toEqual(['b', 'd'])
  })

  it('exchange: a new id that is taken is written over', async () => {
    const store = await open()
    await store.set('b', sessionOf({ user: 'Bob' }, MINUTE))
    await store.exchanged('a', 'b', '{"cookie":{},"n":2}', true)
    expect(await store.ids()).toEqual(['b'])
    expect(await store.get('b')).toMatchObject({ n: 2 })
  })
})
