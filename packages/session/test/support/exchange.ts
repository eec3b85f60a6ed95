import type { RecordStore, RecordStoreOptions, SessionData } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import type { Opened } from './renewals.ts'

const MINUTE = 60_000

/** What a listing shows of these ids. */
function listed(store: RecordStore, ids: readonly string[]): string[] {
  return ids.map(id => store.keyOf(id))
}

function sessionOf(data: object, left = MINUTE): SessionData {
  const expires = new Date(Date.now() + left).toISOString()
  return { cookie: { originalMaxAge: left, expires, path: '/' }, ...data } as never
}

/** What is promised of the exchange of a session for one of another id. `trips`: how often the backend is asked, where that counts. */
export function describeExchange(
  name: string,
  trips: number | undefined,
  open: (options?: RecordStoreOptions) => Opened | Promise<Opened>,
): void {
  describe(`exchange: ${name}`, () => {
    it('the old session is gone, the new one is there with its lifetime, and others are left alone', async () => {
      const { store, other, trips: count } = await open()
      await store.set('old', sessionOf({ n: 1 }, 10 * MINUTE))
      await store.set('other', sessionOf({ n: 2 }))
      // What is asked for the first time may be prepared.
      await store.exchange('none', 'first', sessionOf({}))
      await store.destroy('first')
      const before = count?.() ?? 0
      expect(await store.exchange('old', 'new', sessionOf({ n: 3 }))).toBe(true)
      if (count && trips !== undefined) expect(count() - before).toBe(trips)
      expect(await other.get('old')).toBeUndefined()
      const found = await other.get('new')
      expect(found).toMatchObject({ n: 3 })
      const left = new Date(found!.cookie.expires as never).valueOf() - Date.now()
      expect(left).toBeGreaterThan(MINUTE / 2)
      expect(left).toBeLessThanOrEqual(MINUTE)
      expect(await other.get('other')).toMatchObject({ n: 2 })
      expect(await other.length()).toBe(2)
    })

    it('an old session that is not there is no obstacle, unless it is required', async () => {
      const { store, other } = await open()
      expect(await store.exchange('old', 'one', sessionOf({ n: 1 }), { required: true })).toBe(false)
      expect(await other.get('one')).toBeUndefined()
      expect(await store.exchange('old', 'two', sessionOf({ n: 2 }))).toBe(false)
      expect(await other.get('two')).toMatchObject({ n: 2 })
      expect(await store.exchange('two', 'three', sessionOf({ n: 3 }), { required: true })).toBe(true)
      expect(await other.ids()).toEqual(listed(other, ['three']))
    })

    it('an old session that has expired is not there', async () => {
      const { store, other } = await open()
      await store.set('old', sessionOf({}, 30))
      while (await other.get('old'));
      expect(await store.exchange('old', 'one', sessionOf({ n: 1 }), { required: true })).toBe(false)
      expect(await store.exchange('old', 'two', sessionOf({ n: 2 }))).toBe(false)
      expect(await other.ids()).toEqual(listed(other, ['two']))
    })

    it('a new session that is over ends the old one, and is not there', async () => {
      const { store, other } = await open()
      await store.set('old', sessionOf({}))
      expect(await store.exchange('old', 'new', sessionOf({}, -1000))).toBe(true)
      expect(await other.length()).toBe(0)
    })

    it('one of the same id is refused, and the session stays', async () => {
      const { store, other } = await open()
      await store.set('a', sessionOf({ n: 1 }))
      await expect(store.exchange('a', 'a', sessionOf({ n: 2 }))).rejects.toThrow(TypeError)
      expect(await other.get('a')).toMatchObject({ n: 1 })
    })

    it('of several at once that require the old one, exactly one has it', async () => {
      const { store, other } = await open()
      for (let round = 0; round < 20; round++) {
        await store.set('old', sessionOf({}))
        const sids = Array.from({ length: 10 }, (_, i) => `round ${round}, ${i}`)
        const won = await Promise.all(
          sids.map((sid, i) => {
            return (i % 2 ? store : other).exchange('old', sid, sessionOf({ sid }), { required: true })
          }),
        )
        const winners = sids.filter((_, i) => won[i])
        expect(winners).toHaveLength(1)
        expect(await other.ids()).toEqual(listed(other, winners))
        await store.clear()
      }
    })

    it('a session that cannot be serialized fails, and the old one stays', async () => {
      const { store, other } = await open()
      await store.set('old', sessionOf({ n: 1 }))
      const failing = store.exchange('old', 'new', sessionOf({ n: 1n }))
      await expect(failing).rejects.toMatchObject({ code: 'ERR_SESSION_SERIALIZE' })
      expect(await other.ids()).toEqual(listed(other, ['old']))
    })

    it('calls back, once and later', async () => {
      const { store } = await open()
      await store.set('old', sessionOf({}))
      const calls: unknown[][] = []
      await new Promise<void>(resolve => {
        store.exchange('old', 'new', sessionOf({}), {}, (...args) => {
          calls.push(args)
          setImmediate(resolve)
        })
        expect(calls).toEqual([])
      })
      expect(calls).toEqual([[null, true]])
    })
  })
}
