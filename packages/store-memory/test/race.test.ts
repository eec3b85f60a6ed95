import { describe, expect, it } from 'vitest'
import { modes, openCloakroom, type Work, works } from '../../store-sqlite/test/support/cloakroom.ts'
import { openStore } from './support/stores.ts'

// Logging out means that the session has ended: also for the requests that had read it by then and write it later.

/** Races for each of the modes. */
const RACES = 250
/** Races under way at once. */
const LANES = 10

async function inLanes(count: number, race: (i: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < count) await race(next++)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

describe.each(Object.entries(modes))('%s', (_, options) => {
  it(`logout: no late request brings the session back, in ${RACES} races`, async () => {
    const store = openStore()
    const server = await openCloakroom(store as never, options)
    const revived: string[] = []
    const cookies: string[] = []

    await inLanes(RACES, async i => {
      const { cookie, sid } = await server.login()
      const doing = works[i % works.length] as Work
      const round = Math.floor(i / works.length)
      const late = Array.from({ length: 1 + (round % 3) }, () => server.late(cookie, doing))
      await Promise.all(late.map(request => request.arrived))
      expect(await store.get(sid)).toBeDefined()
      await server.logout(cookie, round % 4 < 2 ? 'destroy' : 'regenerate')
      expect(await store.get(sid)).toBeUndefined()

      for (const request of late) request.release()
      const replies = await Promise.all(late.map(request => request.reply))
      expect(replies.map(reply => reply.status)).toEqual(late.map(() => 200))
      for (const reply of replies) cookies.push(...reply.headers.getSetCookie())
      if ((await store.get(sid)) || (await server.guest(cookie)) !== 'nobody') revived.push(`${doing}, ${i}`)
    })

    expect(revived).toEqual([])
    expect(cookies).toEqual([])
  })
})

describe('these races', () => {
  it('logout: a store that inserts whatever it is given would be found out', async () => {
    const store = openStore()
    const set = store.set as (...args: unknown[]) => unknown
    // A copy does not remember that it was read.
    store.set = ((sid: string, session: object, done: () => void) =>
      set.call(store, sid, { ...session }, done)) as never
    const server = await openCloakroom(store as never, modes['resave: false'])
    const { cookie } = await server.login()
    const late = server.late(cookie, 'write')
    await late.arrived
    await server.logout(cookie, 'destroy')
    late.release()
    await late.reply
    expect(await server.guest(cookie)).toBe('Ada')
  })
})
