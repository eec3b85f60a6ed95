import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordStore, RecordStoreOptions, SessionData } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'

/** A store with no sessions yet. */
export interface Opened {
  readonly store: RecordStore
  /** Another one on the same sessions, with a connection of its own where there are connections. */
  readonly other: RecordStore
  /** How often the backend was asked so far; not where nothing can be asked. */
  readonly trips?: () => number
}

const MINUTE = 60_000
const ROUNDS = 40
const LOADED = Symbol.for('coatcheck.loaded')
const READ = Symbol.for('coatcheck.read')

/** A session whose cookie was given `originalMaxAge`, and which has `left` milliseconds to live. */
function sessionOf(originalMaxAge: number | null, left: number, data: object = {}): SessionData {
  const expires = new Date(Date.now() + left).toISOString()
  return { cookie: { originalMaxAge, expires, path: '/' }, ...data } as never
}

/** What the session remembers of how it was read. `renewed` is false where it cannot have been. */
function loaded(session: object | undefined): { text: string; ttl: number; renewed: boolean } {
  const { [LOADED]: stored, [READ]: read } = session as { [LOADED]: object; [READ]?: object }
  return { renewed: false, ...stored, ...read } as never
}

function expectLeft(session: object | undefined, left: number): void {
  const { ttl } = loaded(session)
  expect(ttl).toBeGreaterThan(left - MINUTE / 4)
  expect(ttl).toBeLessThanOrEqual(left)
}

/** What a read that renews promises, on stores that can do it in one step. */
export function describeRenewals(
  name: string,
  open: (options?: RecordStoreOptions) => Opened | Promise<Opened>,
): void {
  describe(`renewals, ${name}`, () => {
    it('renew: a read starts the lifetime anew, gives the session as it was, and changes nothing else', async () => {
      const { store, other } = await open()
      await store.set('a', sessionOf(2 * MINUTE, MINUTE, { user: 'Ada', name: 'Зоя', n: 1 }))
      const before = await store.get('a')
      const session = await store.get('a', undefined, { renew: 2 * MINUTE })
      expect(session).toMatchObject({ user: 'Ada', name: 'Зоя', n: 1 })
      expect(loaded(session)).toMatchObject({ renewed: true, text: loaded(before).text })
      expectLeft(session, MINUTE)
      const shown = new Date(session!.cookie.expires as never).valueOf() - Date.now()
      expect(Math.abs(shown - loaded(session).ttl)).toBeLessThan(MINUTE / 4)
      const after = await other.get('a')
      expect(loaded(after)).toMatchObject({ renewed: false, text: loaded(before).text })
      expectLeft(after, 2 * MINUTE)
    })

    it('renew: by callback too, which has the session', async () => {
      const { store } = await open()
      await store.set('a', sessionOf(2 * MINUTE, MINUTE))
      const session = await new Promise<SessionData | undefined>((resolve, reject) => {
        store.get('a', (error, found) => (error ? reject(error) : resolve(found)), { renew: 2 * MINUTE })
      })
      expect(loaded(session).renewed).toBe(true)
    })

    it('renew: a lifetime may become shorter', async () => {
      const { store } = await open()
      await store.set('a', sessionOf(MINUTE, 3 * MINUTE))
      await store.get('a', undefined, { renew: MINUTE })
      expectLeft(await store.get('a'), MINUTE)
    })

    it("renew: a cookie without an end has the store's lifetime", async () => {
      const { store } = await open({ ttl: 3 * MINUTE })
      await store.set('a', sessionOf(null, MINUTE))
      const session = await store.get('a', undefined, { renew: null })
      expect(loaded(session).renewed).toBe(true)
      expectLeft(session, MINUTE)
      expectLeft(await store.get('a'), 3 * MINUTE)
    })

    it.each([
      ['a shorter one', MINUTE, 6000],
      ['a longer one', 6000, MINUTE],
      ['one without an end', null, MINUTE],
      ['an end', MINUTE, null],
    ])('renew: a cookie of another lifetime, %s, is read only', async (_, stored, renew) => {
      const { store } = await open({ ttl: 3 * MINUTE })
      await store.set('a', sessionOf(stored, MINUTE, { n: 1 }))
      const session = await store.get('a', undefined, { renew })
      expect(session).toMatchObject({ n: 1 })
      expect(loaded(session).renewed).toBe(false)
      expectLeft(session, MINUTE)
      expectLeft(await store.get('a'), MINUTE)
    })

    it('renew: a session without an originalMaxAge is read only', async () => {
      const { store } = await open()
      const { expires } = sessionOf(null, MINUTE).cookie
      await store.set('a', { cookie: { expires, path: '/' }, n: 1 } as never)
      for (const renew of [null, MINUTE]) {
        expect(loaded(await store.get('a', undefined, { renew })).renewed).toBe(false)
      }
      expectLeft(await store.get('a'), MINUTE)
    })

    it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '120000' as never, undefined])(
      'renew: %s is read only',
      async renew => {
        const { store } = await open()
        const originalMaxAge = renew === undefined ? null : Number(renew)
        await store.set('a', sessionOf(originalMaxAge, MINUTE))
        expect(loaded(await store.get('a', undefined, { renew })).renewed).toBe(false)
        expectLeft(await store.get('a'), MINUTE)
      },
    )

    it('renew: with a codec of its own a session is read only', async () => {
      const codec = { stringify: (value: object) => JSON.stringify(value), parse: JSON.parse }
      const { store } = await open({ codec })
      await store.set('a', sessionOf(2 * MINUTE, MINUTE))
      expect(loaded(await store.get('a', undefined, { renew: 2 * MINUTE })).renewed).toBe(false)
      expectLeft(await store.get('a'), MINUTE)
    })

    it('renew: does not bring back an expired or a destroyed session, and makes none', async () => {
      const { store, other } = await open()
      await store.set('expired', sessionOf(MINUTE, 50))
      await store.set('destroyed', sessionOf(MINUTE, MINUTE))
      await other.destroy('destroyed')
      await sleep(60)
      for (const sid of ['expired', 'destroyed', 'never there']) {
        expect(await store.get(sid, undefined, { renew: MINUTE })).toBeUndefined()
        expect(await other.get(sid)).toBeUndefined()
      }
      expect(await other.length()).toBe(0)
    })

    it('renew: whoever destroys the session meanwhile wins', async () => {
      const { store, other } = await open()
      for (let round = 0; round < ROUNDS; round++) {
        await store.set('a', sessionOf(MINUTE, MINUTE))
        const [, destroyed] = await Promise.all([
          store.get('a', undefined, { renew: MINUTE }),
          other.destroy('a'),
          store.get('a', undefined, { renew: MINUTE }),
        ])
        expect(destroyed).toBe(true)
        expect(await store.get('a')).toBeUndefined()
      }
    })

    it('renew: what others write meanwhile stays', async () => {
      const { store, other } = await open()
      await store.set('a', sessionOf(MINUTE, MINUTE, { n: 0 }))
      for (let n = 1; n <= ROUNDS; n++) {
        const [one, , another] = await Promise.all([
          store.get('a', undefined, { renew: MINUTE }),
          other.set('a', sessionOf(MINUTE, MINUTE, { n })),
          store.get('a', undefined, { renew: MINUTE }),
        ])
        for (const session of [one, another]) expect([n - 1, n]).toContain((session as { n?: number }).n)
        expect(await store.get('a')).toMatchObject({ n })
      }
    })

    it('renew: a session read with it can be saved', async () => {
      const { store } = await open()
      await store.set('a', sessionOf(MINUTE, MINUTE, { n: 1 }))
      const session = await store.get('a', undefined, { renew: MINUTE })
      await store.set('a', Object.assign(session!, { n: 2 }))
      expect(await store.get('a')).toMatchObject({ n: 2 })
    })

    it('renew: takes one trip to the backend', async () => {
      const { store, trips } = await open()
      if (!trips) return
      await store.set('a', sessionOf(MINUTE, MINUTE))
      const warm = await store.get('a', undefined, { renew: MINUTE })
      const before = trips()
      const session = await store.get('a', undefined, { renew: MINUTE })
      expect(trips() - before).toBe(1)
      expect([loaded(warm).renewed, loaded(session).renewed]).toEqual([true, true])
    })
  })
}
