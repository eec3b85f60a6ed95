import type { RecordStoreOptions, SessionData } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import type { Opened } from './renewals.ts'

const MINUTE = 60_000
const SIDS = Array.from({ length: 40 }, (_, i) => `sid ${i}`)

function sessionOf(originalMaxAge: number | null, left: number, data: object = {}): SessionData {
  const expires = new Date(Date.now() + left).toISOString()
  return { cookie: { originalMaxAge, expires, path: '/' }, ...data } as never
}

/** Milliseconds to the end of the session. */
async function leftOf({ other }: Opened, sid: string): Promise<number> {
  const session = await other.get(sid)
  return new Date(session!.cookie.expires as never).valueOf() - Date.now()
}

/** What is promised of sessions that are read in one turn. `together`: whether that asks the backend less often than one by one. */
export function describeGatheredReads(
  name: string,
  together: boolean,
  open: (options?: RecordStoreOptions) => Opened | Promise<Opened>,
): void {
  const renewing = [
    ['only read', undefined],
    ['renewed', { renew: MINUTE }],
  ] as const

  describe(`reads of one turn: ${name}`, () => {
    it.each(renewing)('each that is %s gives its own session, or none', async (_, options) => {
      const opened = await open()
      const { store, trips } = opened
      await Promise.all(SIDS.map(sid => store.set(sid, sessionOf(MINUTE, MINUTE / 2, { sid }))))
      const before = trips?.() ?? 0
      const found = await Promise.all(
        ['none', ...SIDS, 'sid 0'].map(sid => store.get(sid, undefined, options)),
      )
      expect(found[0]).toBeUndefined()
      expect(found.slice(1)).toMatchObject([...SIDS, 'sid 0'].map(sid => ({ sid })))
      if (together && trips) expect(trips() - before).toBeLessThan(SIDS.length / 4)
      for (const sid of ['sid 0', 'sid 20', 'sid 39']) {
        const left = await leftOf(opened, sid)
        if (options) expect(left).toBeGreaterThan(MINUTE * 0.75)
        else expect(left).toBeLessThanOrEqual(MINUTE / 2)
      }
    })

    it('only those of the lifetime that is asked for are renewed', async () => {
      const opened = await open()
      const { store } = opened
      const ages = [MINUTE, 10 * MINUTE, null, MINUTE, 6 * MINUTE, MINUTE]
      await Promise.all(ages.map((age, i) => store.set(`sid ${i}`, sessionOf(age, MINUTE / 2, { i }))))
      const found = await Promise.all(ages.map((_, i) => store.get(`sid ${i}`, undefined, { renew: MINUTE })))
      expect(found).toMatchObject(ages.map((_, i) => ({ i })))
      const renewed: boolean[] = []
      for (const i of ages.keys()) renewed.push((await leftOf(opened, `sid ${i}`)) > MINUTE / 2)
      expect(renewed).toEqual(ages.map(age => age === MINUTE))
    })

    it('what was destroyed or has expired is not there, and not brought back', async () => {
      const { store, other } = await open()
      await Promise.all(SIDS.map(sid => store.set(sid, sessionOf(MINUTE, MINUTE / 2))))
      const gone = SIDS.filter((_, i) => i % 3 === 0)
      await Promise.all(gone.map(sid => other.destroy(sid)))
      const found = await Promise.all(SIDS.map(sid => store.get(sid, undefined, { renew: MINUTE })))
      expect(SIDS.filter((_, i) => !found[i])).toEqual(gone)
      expect(await other.length()).toBe(SIDS.length - gone.length)
    })

    it('beside others that destroy and renew the same sessions, none is revived and none fails', async () => {
      const { store, other } = await open()
      for (let round = 0; round < 5; round++) {
        await Promise.all(SIDS.map(sid => store.set(sid, sessionOf(MINUTE, MINUTE / 2))))
        const backwards = [...SIDS].reverse()
        const reads = [
          ...SIDS.map(sid => store.get(sid, undefined, { renew: MINUTE })),
          ...backwards.map(sid => other.get(sid, undefined, { renew: MINUTE })),
        ]
        const destroyed = backwards.map(sid => other.destroy(sid))
        await Promise.all([...reads, ...destroyed])
        expect(await store.length()).toBe(0)
      }
    })
  })
}
