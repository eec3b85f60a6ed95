import { migratingStore } from '@coatcheck/session/stores'
import { SqliteStore } from '@coatcheck/store-sqlite'
import expressSession from 'express-session'
import createMemoryStore from 'memorystore'
import { describe, expect, it } from 'vitest'
import { MapStore } from '../support/map-backend.ts'
import { type Guest, inside, sessionOf } from './sessions.ts'

function pair() {
  const [from, to] = [new MapStore(), new MapStore()]
  return { from, to, store: migratingStore({ from, to }) }
}

describe('reads', () => {
  it('get: a session of the old store is carried over with its remaining lifetime', async () => {
    const { from, to, store } = pair()
    await from.set('a', sessionOf({ user: 'Ada' }, 50_000))
    const began = performance.now()
    const session = await store.get('a')
    const took = Math.ceil(performance.now() - began)
    expect(session).toMatchObject({ user: 'Ada', cookie: { originalMaxAge: 50_000 } })
    expect(Math.abs(to.rows.get('a')!.expires - from.rows.get('a')!.expires)).toBeLessThanOrEqual(took)
    expect(inside(to, 'a')).toMatchObject({ user: 'Ada', cookie: { originalMaxAge: 50_000, path: '/' } })
  })

  it('get: one that ends with the browser keeps what is left of it too', async () => {
    const { from, to, store } = pair()
    await from.set('a', sessionOf({ user: 'Ada' }))
    from.rows.get('a')!.expires = Date.now() + 5_000
    const began = performance.now()
    expect((await store.get('a'))!.cookie.expires).toBe(null)
    const took = Math.ceil(performance.now() - began)
    expect(Math.abs(to.rows.get('a')!.expires - from.rows.get('a')!.expires)).toBeLessThanOrEqual(took)
    expect(inside(to, 'a').cookie).toMatchObject({ expires: null })
  })

  it('get: what has moved is read from the new store alone', async () => {
    const { from, store } = pair()
    await from.set('a', sessionOf({ user: 'Ada' }))
    await store.get('a')
    from.failing.all = new Error('away')
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    await expect(store.get('b')).rejects.toThrow('away')
  })

  it('get: many at once of one session carry it over once', async () => {
    const { from, to, store } = pair()
    await from.set('a', sessionOf({ user: 'Ada' }))
    const sessions = await Promise.all(Array.from({ length: 10 }, () => store.get('a')))
    expect(sessions.map(session => (session as Guest | undefined)?.user)).toEqual(Array(10).fill('Ada'))
    expect(new Set(sessions).size).toBe(10)
    expect(to.calls.filter(hook => hook === 'write')).toHaveLength(1)
  })

  it.each(['memorystore', 'express-session'])('get: the old store may be that of %s', async name => {
    const from =
      name === 'memorystore'
        ? new (createMemoryStore(expressSession))({ checkPeriod: 0 })
        : new expressSession.MemoryStore()
    const store = migratingStore({ from, to: new MapStore() })
    await new Promise<void>(done => from.set('a', sessionOf({ user: 'Ada' }, 50_000), () => done()))
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    await store.set('b', sessionOf({ user: 'Bob' }, 50_000))
    const stored = await new Promise(done => from.get('b', (_, session) => done(session)))
    expect(stored).toMatchObject({ user: 'Bob', cookie: { originalMaxAge: 50_000 } })
    expect(await store.destroy('a')).toBe(true)
    expect(await new Promise(done => from.get('a', (_, session) => done(session ?? 'none')))).toBe('none')
    expect(await store.ids()).toEqual(['b'])
  })

  it('get: an expiry that the old store shows as it was before touches does not end the session', async () => {
    const { to } = pair()
    // Says when the last write let it end, as connect-redis does.
    const data: Guest = sessionOf({ user: 'Ada' }, 30_000)
    data.cookie.expires = new Date(Date.now() - 1000).toISOString() as never
    const from = { get: async () => structuredClone(data), set() {}, destroy() {} }
    expect(await migratingStore({ from, to }).get('a')).toMatchObject({ user: 'Ada' })
    expect(to.rows.get('a')!.expires - Date.now()).toBeGreaterThan(29_000)
  })
})

describe('writes', () => {
  it('set: reaches both, and keeps the conditions of the new store', async () => {
    const { from, to, store } = pair()
    await store.set('a', sessionOf({ n: 1 }))
    const [first, second] = [(await store.get('a')) as Guest, (await store.get('a')) as Guest]
    first.n = 2
    await store.set('a', first)
    expect([inside(from, 'a').n, inside(to, 'a').n]).toEqual([2, 2])
    second.n = 3
    await expect(store.set('a', second)).rejects.toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    await store.destroy('a')
    await expect(store.set('a', second)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect([from.rows.size, await store.length()]).toEqual([0, 0])
  })

  it('set: nothing that the move has noted is seen by the app, or stays when the new store is used alone', async () => {
    const { from, to, store } = pair()
    await from.set('a', sessionOf({ n: 1 }, 60_000))
    const session = (await store.get('a'))!
    expect(Object.keys(session.cookie)).toEqual(['originalMaxAge', 'expires', 'path'])
    await store.set('a', session)
    for (const { rows } of [from, to]) expect(rows.get('a')!.data).not.toContain('coatcheck')
  })

  it('touch: moves the expiry in both, also of a session that was in the old store only', async () => {
    const { from, to, store } = pair()
    await from.set('a', sessionOf({ n: 1 }, 5_000))
    expect(await store.touch('a', sessionOf({}, 60_000))).toBe(true)
    for (const { rows } of [from, to]) expect(rows.get('a')!.expires - Date.now()).toBeGreaterThan(50_000)
    expect(await store.touch('b', sessionOf({}, 60_000))).toBe(false)
    expect([from.rows.has('b'), to.rows.has('b')]).toEqual([false, false])
  })

  it('both: a write, a touch and a logout fail when the old store is away, and the session stays', async () => {
    const { from, store } = pair()
    await store.set('a', sessionOf({ n: 1 }))
    from.failing.all = new Error('away')
    await expect(store.set('a', sessionOf({ n: 2 }))).rejects.toThrow('away')
    await expect(store.touch('a', sessionOf({}))).rejects.toThrow('away')
    await expect(store.destroy('a')).rejects.toThrow('away')
    expect(await store.get('a')).toMatchObject({ n: 2 })
    from.failing = {}
    expect(await store.destroy('a')).toBe(true)
    expect(await store.get('a')).toBe(undefined)
  })

  it('both: nothing is done while the new store is away', async () => {
    const { from, to, store } = pair()
    await store.set('a', sessionOf({ n: 1 }))
    to.failing.all = new Error('away')
    for (const call of [store.get('a'), store.set('a', sessionOf({ n: 2 })), store.destroy('a')]) {
      await expect(call).rejects.toThrow('away')
    }
    expect(inside(from, 'a')).toMatchObject({ n: 1 })
  })
})

describe('complete', () => {
  it('get: does not ask the old store any more, so that a logout in the new one alone stays', async () => {
    const { from, to, store } = pair()
    for (const sid of ['a', 'b']) await from.set(sid, sessionOf({ n: 1 }))
    await store.get('a')
    const last = migratingStore({ from, to, complete: true })
    expect(await last.get('a')).toMatchObject({ n: 1 })
    expect(await last.get('b')).toBe(undefined)
    expect(await last.ids()).toEqual(['a'])
    await last.set('c', sessionOf({ n: 3 }))
    expect(inside(from, 'c')).toMatchObject({ n: 3 })
    await to.destroy('a')
    expect(await last.get('a')).toBe(undefined)
    expect(await last.touch('a', sessionOf({}, 60_000))).toBe(false)
  })
})

describe('lists', () => {
  it('entries: those of both, each once, without what the move keeps for itself', async () => {
    const { from, to, store } = pair()
    for (const sid of ['a', 'b', 'c']) await from.set(sid, sessionOf({ sid }))
    await store.get('b')
    await store.set('d', sessionOf({ sid: 'd' }))
    await to.set('e', sessionOf({ sid: 'e' }))
    await store.destroy('c')
    expect((await store.ids()).sort()).toEqual(['a', 'b', 'd', 'e'])
    expect(await store.length()).toBe(4)
    expect(JSON.stringify(await store.all())).not.toContain('coatcheck')
    await store.clear()
    expect([from.rows.size, to.rows.size]).toEqual([0, 0])
  })

  it('entries: fails when the old store has no way to list', async () => {
    const from = { get() {}, set() {}, destroy() {} }
    await expect(migratingStore({ from, to: new MapStore() }).length()).rejects.toThrow('cannot list')
  })

  it('events: away when one of the two is, back when both are', () => {
    const { from, to, store } = pair()
    const heard: string[] = []
    for (const event of ['connect', 'disconnect']) store.on(event, () => heard.push(event))
    for (const [emitter, event] of [
      [from, 'disconnect'],
      [to, 'disconnect'],
      [from, 'connect'],
      [to, 'connect'],
    ] as const) {
      emitter.emit(event)
      heard.push('-')
    }
    expect(heard).toEqual(['disconnect', '-', '-', '-', 'connect', '-'])
  })

  it('close: closes both', async () => {
    const [from, to] = [SqliteStore.open(':memory:'), SqliteStore.open(':memory:')]
    await migratingStore({ from, to }).close()
    await expect(from.length()).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
    await expect(to.length()).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
  })

  it('options: a store that is none is named', () => {
    const to = new MapStore()
    expect(() => migratingStore({ from: {} as never, to })).toThrow(
      'The option "from" must be a session store',
    )
    const plain = { get() {}, set() {}, destroy() {} }
    expect(() => migratingStore({ from: to, to: plain as never })).toThrow(
      'must be a store that extends RecordStore',
    )
  })
})

describe('update', () => {
  it('update: changes a session in both, carried over if need be, and gives it', async () => {
    const { from, to, store } = pair()
    await from.set('a', sessionOf({ n: 1 }, 50_000))
    const add = (session: object) => {
      Object.assign(session, { n: (session as Guest).n + 1 })
    }
    expect(await store.update('a', add)).toMatchObject({ n: 2 })
    expect([inside(from, 'a').n, inside(to, 'a').n]).toEqual([2, 2])
    expect(await new Promise(resolve => store.update('a', add, (_, session) => resolve(session?.n)))).toBe(3)
    expect([inside(from, 'a').n, inside(to, 'a').n]).toEqual([3, 3])
    for (const { rows } of [from, to]) expect(rows.get('a')!.expires - Date.now()).toBeLessThanOrEqual(50_000)
  })

  it('update: one that was renamed in the old store is found under its new id', async () => {
    const { from, to, store } = pair()
    const redirect: { cookie: object } = sessionOf({}, 5_000)
    Object.assign(redirect.cookie, { 'coatcheck.redirect': { to: 'b', until: Date.now() + 5_000 } })
    await from.set('a', redirect as never)
    await from.set('b', sessionOf({ n: 1 }))
    expect(await store.update('a', () => ({ n: 2 }))).toMatchObject({ n: 2 })
    expect([inside(from, 'b').n, inside(to, 'b').n]).toEqual([2, 2])
    expect(inside(from, 'a')).toMatchObject({ cookie: { 'coatcheck.redirect': { to: 'b' } } })
  })

  it('update: thirty at once lose nothing, and one that is not there is told', async () => {
    const { from, to, store } = pair()
    await from.set('a', sessionOf({ n: 0 }))
    await Promise.all(
      Array.from({ length: 30 }, () => store.update('a', session => ({ n: Number(session.n) + 1 }))),
    )
    expect([inside(from, 'a').n, inside(to, 'a').n]).toEqual([30, 30])
    await expect(store.update('b', () => {})).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
  })
})
