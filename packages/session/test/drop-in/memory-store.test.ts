import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { implementations } from '../support/implementations.ts'
import { livesFor, peek, stored, storeWith } from '../support/stores.ts'
import type { MemoryStore, Stored } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  function get(store: MemoryStore, id: string) {
    return new Promise<Stored | null | undefined>((resolve, reject) => {
      store.get(id, (error, data) => (error ? reject(error) : resolve(data)))
    })
  }

  function run(call: (done: (error?: unknown) => void) => unknown) {
    return new Promise<void>((resolve, reject) => call(error => (error ? reject(error) : resolve())))
  }

  function all(store: MemoryStore) {
    return new Promise<Record<string, Stored>>(resolve => store.all((_error, sessions) => resolve(sessions)))
  }

  function length(store: MemoryStore) {
    return new Promise<number>(resolve => store.length((_error, length) => resolve(length)))
  }

  describe('set, get and destroy', () => {
    it('set: what was set can be got', async () => {
      const store = storeWith(session)
      await run(done => store.set('one', stored({ user: 'Ada' }), done))
      expect(await get(store, 'one')).toEqual(stored({ user: 'Ada' }))
    })

    it('set: replaces what was there', async () => {
      const store = storeWith(session, { one: { user: 'Ada', more: 1 } })
      await run(done => store.set('one', stored({ user: 'Grace' }), done))
      expect(await get(store, 'one')).toEqual(stored({ user: 'Grace' }))
    })

    it('set: keeps a copy, which later changes do not reach', async () => {
      const store = storeWith(session)
      const data = stored({ user: { name: 'Ada' } })
      await run(done => store.set('one', data, done))
      ;(data.user as { name: string }).name = 'Eve'
      expect(await get(store, 'one')).toMatchObject({ user: { name: 'Ada' } })
    })

    it('get: gives a copy, which changes nothing in the store', async () => {
      const store = storeWith(session, { one: { user: { name: 'Ada' } } })
      const first = await get(store, 'one')
      ;(first!.user as { name: string }).name = 'Eve'
      expect(await get(store, 'one')).toMatchObject({ user: { name: 'Ada' } })
    })

    it('get: gives undefined for a session that is not there', async () => {
      expect(await get(storeWith(session), 'one')).toBeUndefined()
    })

    it.each(['__proto__', 'constructor', 'toString'])('get: %s is an id like others', async id => {
      const store = storeWith(session)
      expect(await get(store, id)).toBeUndefined()
      await run(done => store.set(id, stored({ user: 'Ada' }), done))
      expect(await get(store, id)).toMatchObject({ user: 'Ada' })
    })

    it('get: gives undefined for an expired session, and forgets it', async () => {
      const store = storeWith(session, { one: { cookie: livesFor(-1) } })
      expect(await get(store, 'one')).toBeUndefined()
      expect(Object.keys(store.sessions)).toEqual([])
    })

    it('get: a session expires when its time is over', async () => {
      const store = storeWith(session, { one: { cookie: livesFor(1000) } })
      expect(await get(store, 'one')).toBeDefined()
      await sleep(1200)
      expect(await get(store, 'one')).toBeUndefined()
    })

    it('get: data without a cookie does not expire', async () => {
      const store = storeWith(session)
      await run(done => store.set('one', { user: 'Ada' } as never, done))
      expect(await get(store, 'one')).toEqual({ user: 'Ada' })
    })

    it('destroy: removes one session', async () => {
      const store = storeWith(session, { one: {}, two: {} })
      await run(done => store.destroy('one', done))
      expect(Object.keys(store.sessions)).toEqual(['two'])
    })

    it('destroy: of a session that is not there is no error', async () => {
      await expect(run(done => storeWith(session).destroy('one', done))).resolves.toBeUndefined()
    })
  })

  describe('touch', () => {
    it('touch: takes over the cookie and no data', async () => {
      const store = storeWith(session, { one: { user: 'Ada', cookie: livesFor(60_000) } })
      const cookie = livesFor(600_000)
      await run(done => store.touch('one', stored({ user: 'Eve', cookie }), done))
      expect(await get(store, 'one')).toEqual({ user: 'Ada', cookie: JSON.parse(JSON.stringify(cookie)) })
    })

    it('touch: does not bring back a session that is not there', async () => {
      const store = storeWith(session)
      await run(done => store.touch('one', stored(), done))
      expect(Object.keys(store.sessions)).toEqual([])
    })

    it('touch: does not bring back an expired session', async () => {
      const store = storeWith(session, { one: { cookie: livesFor(-1) } })
      await run(done => store.touch('one', stored({ cookie: livesFor(60_000) }), done))
      expect(await get(store, 'one')).toBeUndefined()
    })
  })

  describe('all, length and clear', () => {
    it('all: gives the sessions by their ids', async () => {
      const store = storeWith(session, { one: { user: 'Ada' }, two: { user: 'Grace' } })
      expect({ ...(await all(store)) }).toEqual({
        one: stored({ user: 'Ada' }),
        two: stored({ user: 'Grace' }),
      })
    })

    it('all: leaves expired sessions out, and forgets them', async () => {
      const store = storeWith(session, { old: { cookie: livesFor(-1) }, one: {} })
      expect(Object.keys(await all(store))).toEqual(['one'])
      expect(Object.keys(store.sessions)).toEqual(['one'])
    })

    it('length: counts the sessions that have not expired', async () => {
      const store = storeWith(session, { old: { cookie: livesFor(-1) }, one: {}, two: {} })
      expect(await length(store)).toBe(2)
      expect(await length(storeWith(session))).toBe(0)
    })

    it('clear: removes all sessions', async () => {
      const store = storeWith(session, { one: {}, two: {} })
      await run(done => store.clear(done))
      expect(await length(store)).toBe(0)
      expect(await get(store, 'one')).toBeUndefined()
    })
  })

  describe('sessions', () => {
    it('sessions: is an object of JSON texts without a prototype', async () => {
      const store = storeWith(session)
      expect(Object.getPrototypeOf(store.sessions)).toBeNull()
      await run(done => store.set('one', stored({ user: 'Ada' }), done))
      expect(store.sessions.one).toBe(JSON.stringify(stored({ user: 'Ada' })))
      await run(done => store.clear(done))
      expect(Object.getPrototypeOf(store.sessions)).toBeNull()
    })

    it('sessions: what is put there is found, and what is deleted there is gone', async () => {
      const store = storeWith(session, { one: {} })
      store.sessions.two = JSON.stringify(stored({ user: 'Ada' }))
      delete store.sessions.one
      expect(await get(store, 'one')).toBeUndefined()
      expect(await get(store, 'two')).toMatchObject({ user: 'Ada' })
      expect(peek(store, 'two')).toBeDefined()
    })
  })

  describe('callbacks', () => {
    it.each<[string, (store: MemoryStore, done: () => void) => unknown]>([
      ['get', (store, done) => store.get('one', done)],
      ['set', (store, done) => store.set('one', stored(), done)],
      ['touch', (store, done) => store.touch('one', stored(), done)],
      ['destroy', (store, done) => store.destroy('one', done)],
      ['all', (store, done) => store.all(done)],
      ['length', (store, done) => store.length(done)],
      ['clear', (store, done) => store.clear(done)],
    ])('callback: %s calls back once, and not before it has returned', async (_, call) => {
      const store = storeWith(session, { one: {} })
      let calls = 0
      call(store, () => calls++)
      expect(calls).toBe(0)
      await sleep(20)
      expect(calls).toBe(1)
    })

    it('callback: set, touch, destroy and clear do without', async () => {
      const store = storeWith(session, { two: {} })
      store.set('one', stored())
      store.touch('one', stored())
      store.destroy('two')
      await sleep(20)
      expect(Object.keys(store.sessions)).toEqual(['one'])
      store.clear()
      await sleep(20)
      expect(Object.keys(store.sessions)).toEqual([])
    })

    it('callback: set and destroy take effect before they return', () => {
      const store = storeWith(session)
      store.set('one', stored())
      expect(Object.keys(store.sessions)).toEqual(['one'])
      store.destroy('one')
      expect(Object.keys(store.sessions)).toEqual([])
    })
  })

  it('memory store: is made without new options, each on its own', async () => {
    const [one, two] = [storeWith(session), storeWith(session)]
    await run(done => one.set('one', stored(), done))
    expect(await length(two)).toBe(0)
  })
})
