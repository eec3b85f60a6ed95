import { randomBytes } from 'node:crypto'
import { Cookie, type RecordStore, type RecordStoreOptions } from '@coatcheck/session'
import { describe, expect, it, onTestFinished } from 'vitest'

type Make = (options: RecordStoreOptions) => RecordStore | Promise<RecordStore>

/** A session of this user. */
export function sessionFor(user: unknown, more: object = {}): object {
  return { cookie: new Cookie({ maxAge: 600_000 }), ...(user === undefined ? {} : { user }), ...more }
}

async function sidsOf(store: RecordStore, owner: string | number): Promise<string[]> {
  const sids: string[] = []
  for await (const { sid } of store.sessionsOf(owner)) sids.push(sid)
  return sids
}

/** What every store does for owners. `make` opens a store on the same empty place each time in a test. */
export function describeOwners(name: string, prepare: () => Make | Promise<Make>): void {
  async function open(options: RecordStoreOptions = {}): Promise<RecordStore> {
    const make = await prepare()
    const store = await make({ owner: 'user', ...options })
    onTestFinished(() => store.close())
    return store
  }

  describe(`owners: ${name}`, () => {
    it('lists, counts and destroys the sessions of one user and of no other', async () => {
      const store = await open()
      await store.set('a', sessionFor('ada'))
      await store.set('b', sessionFor('ada'))
      await store.set('c', sessionFor('eve'))
      await store.set('d', sessionFor(undefined))
      expect((await sidsOf(store, 'ada')).sort()).toEqual(['a', 'b'])
      expect(await store.countOf('eve')).toBe(1)
      expect(await store.destroyAllOf('ada')).toBe(2)
      expect(await store.countOf('ada')).toBe(0)
      expect((await store.ids()).sort()).toEqual(['c', 'd'])
    })

    it('tells when each session was used last, and has its data', async () => {
      const store = await open()
      const before = Date.now()
      await store.set('a', sessionFor('ada', { device: 'phone' }))
      for await (const { session, touchedAt } of store.sessionsOf('ada')) {
        expect(session.device).toBe('phone')
        expect(Math.abs(touchedAt.valueOf() - before)).toBeLessThan(10_000)
      }
    })

    it('lists the newest session first', async () => {
      const store = await open({ ttl: 1_000_000 })
      for (const [sid, age] of [
        ['old', 60_000],
        ['new', 0],
        ['middle', 30_000],
      ] as const) {
        const session = { cookie: { originalMaxAge: 600_000, expires: new Date(Date.now() + 600_000 - age) } }
        await store.set(sid, { ...session, user: 'ada' })
      }
      expect(await sidsOf(store, 'ada')).toEqual(['new', 'middle', 'old'])
    })

    it('except: a logout elsewhere keeps the session of this browser', async () => {
      const store = await open()
      for (const sid of ['a', 'b', 'c']) await store.set(sid, sessionFor('ada'))
      expect(await store.destroyAllOf('ada', { except: 'b' })).toBe(2)
      expect(await sidsOf(store, 'ada')).toEqual(['b'])
    })

    it('follows a session to its new owner, and forgets one that has no owner any more', async () => {
      const store = await open()
      await store.set('a', sessionFor(undefined))
      await store.update('a', session => ({ ...session, user: 'ada' }))
      expect(await sidsOf(store, 'ada')).toEqual(['a'])
      await store.update('a', session => ({ ...session, user: 'eve' }))
      expect(await sidsOf(store, 'ada')).toEqual([])
      expect(await store.destroyAllOf('ada')).toBe(0)
      expect(await sidsOf(store, 'eve')).toEqual(['a'])
      await store.update('a', session => ({ cookie: session.cookie }))
      expect(await sidsOf(store, 'eve')).toEqual([])
      expect(await store.get('a')).toBeDefined()
    })

    it('knows a session by its owner after an insert, an exchange, a touch and a renewing read', async () => {
      const store = await open()
      if (typeof store.insert === 'function') await store.insert('a', sessionFor('ada'))
      else await store.set('a', sessionFor('ada'))
      await store.touch('a', sessionFor('ada'))
      await store.get('a', undefined, { renew: 600_000 })
      expect(await sidsOf(store, 'ada')).toEqual(['a'])
      await store.exchange('a', 'b', sessionFor('eve'))
      expect(await sidsOf(store, 'ada')).toEqual([])
      expect(await sidsOf(store, 'eve')).toEqual(['b'])
    })

    it('lists neither expired nor destroyed sessions, nor those of a cleared store', async () => {
      const store = await open()
      await store.set('a', sessionFor('ada'))
      await store.set('b', sessionFor('ada'))
      await store.set('short', sessionFor('ada'), { ttl: 1 })
      await store.destroy('a')
      await expect.poll(() => sidsOf(store, 'ada'), { timeout: 10_000 }).toEqual(['b'])
      await store.clear()
      expect(await store.countOf('ada')).toBe(0)
    })

    it('takes numbers, and texts of any kind', async () => {
      const store = await open()
      const names = ['a b', "'; --", 'ä€😀', '*', '{x}', 'coatcheck', 'a:b', '%_']
      for (const [i, user] of names.entries()) await store.set(`s${i}`, sessionFor(user))
      await store.set('n', sessionFor(42))
      for (const [i, user] of names.entries()) expect(await sidsOf(store, user)).toEqual([`s${i}`])
      expect(await sidsOf(store, 42)).toEqual(['n'])
      expect(await sidsOf(store, '42')).toEqual(['n'])
    })

    it('a save of a request that has read a session before does not bring it back', async () => {
      const store = await open()
      await store.set('a', sessionFor('ada'))
      const read = (await store.get('a'))!
      await store.destroyAllOf('ada')
      await expect(store.set('a', read)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
      expect(await store.get('a')).toBeUndefined()
    })

    it('finds the sessions by hashes of ids and owners, and ends them by their keys', async () => {
      const store = await open({ hashIds: randomBytes(32), encryption: { keys: [randomBytes(32)] } })
      await store.set('a', sessionFor('ada'))
      await store.set('b', sessionFor('ada'))
      const [first] = await sidsOf(store, 'ada')
      expect(first).toMatch(/^h1\./)
      expect(await store.destroyAllOf('ada', { except: 'a' })).toBe(1)
      expect(await sidsOf(store, 'ada')).toEqual([store.keyOf('a')])
      await store.destroy(store.keyOf('a'))
      expect(await store.countOf('ada')).toBe(0)
    })
  })
}
