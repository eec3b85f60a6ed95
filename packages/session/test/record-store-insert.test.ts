import { SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { InsertingStore } from './stores/turns.ts'
import { MapStore } from './support/map-backend.ts'
import { livesFor, stored } from './support/stores.ts'

const data = (rest: object = {}, maxAge = 60_000) => stored({ cookie: livesFor(maxAge), ...rest }) as never

const makers: [string, () => InsertingStore | SqliteStore][] = [
  ['a RecordStore', () => new InsertingStore()],
  ['SqliteStore', () => SqliteStore.open(':memory:')],
]

describe.each(makers)('insert on %s', (_, make) => {
  function open() {
    const store = make()
    onTestFinished(() => store.close())
    return store
  }

  it('insert: the first one wins, and is told so', async () => {
    const store = open()
    const results = await Promise.all([1, 2, 3].map(n => store.insert('a', data({ n }))))
    expect(results.filter(Boolean)).toHaveLength(1)
    expect(await store.get('a')).toMatchObject({ n: results.indexOf(true) + 1 })
  })

  it('insert: leaves a session that is there as it is', async () => {
    const store = open()
    await store.set('a', data({ n: 1 }))
    expect(await store.insert('a', data({ n: 2 }))).toBe(false)
    expect(await store.get('a')).toMatchObject({ n: 1 })
    await store.destroy('a')
    expect(await store.insert('a', data({ n: 3 }))).toBe(true)
  })

  it('insert: answers by callback where there is one', async () => {
    const store = open()
    const insert = (n: number) =>
      new Promise(resolve => {
        expect(
          store.insert('a', data({ n }), (error, inserted) => resolve([error, inserted])),
        ).toBeUndefined()
      })
    expect(await insert(1)).toEqual([null, true])
    expect(await insert(2)).toEqual([null, false])
  })

  it('insert: of a session that has expired nothing is left, and nothing is lost', async () => {
    const store = open()
    expect(await store.insert('a', data({}, -1))).toBe(false)
    expect(await store.get('a')).toBeUndefined()
    await store.set('a', data({ n: 1 }))
    expect(await store.insert('a', data({ n: 2 }, -1))).toBe(false)
    expect(await store.get('a')).toMatchObject({ n: 1 })
  })

  it('insert: writes the session as it was at the call, and what cannot be written is an error', async () => {
    const store = open()
    const session = { ...(data({ n: 1 }) as object) } as { n: number }
    const inserted = store.insert('a', session as never)
    session.n = 2
    expect(await inserted).toBe(true)
    expect(await store.get('a')).toMatchObject({ n: 1 })
    await expect(store.insert('b', data({ big: 1n }))).rejects.toMatchObject({
      code: 'ERR_SESSION_SERIALIZE',
    })
  })

  it('insert: what get gave of another id is inserted, and can be saved from then on', async () => {
    const store = open()
    await store.set('a', data({ n: 1 }))
    const session = (await store.get('a')) as never as { n: number }
    expect(await store.insert('b', session as never)).toBe(true)
    session.n = 2
    await store.set('b', session as never)
    expect(await store.get('b')).toMatchObject({ n: 2 })
    await store.destroy('b')
    await expect(store.set('b', session as never)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
  })
})

it('insert: a backend without the hook does not offer it, and one of its own stays', () => {
  expect('insert' in new InsertingStore() && new InsertingStore().insert).toBeTypeOf('function')
  expect(new MapStore().insert).toBeUndefined()
  class Own extends MapStore {
    override async insert(): Promise<boolean> {
      return true
    }
  }
  expect(new Own().insert).toBeTypeOf('function')
})

it('insert: fails once the store is closed', async () => {
  const store = new InsertingStore()
  await store.close()
  await expect(store.insert('a', data())).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
})
