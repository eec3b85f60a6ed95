import type { SessionOptions } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import { modes, openCloakroom, type Work, works } from '../../store-sqlite/test/support/cloakroom.ts'
import { freshPrefix, openClient, openStore } from './support/redis.ts'

// Logging out means that the session has ended: also for the requests that had read it by then and write it later.

/** Races for each of the modes, of which there are four. */
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

/** Two servers on one Redis, as two processes of an app are, and a look into that. */
async function openTwo(options: SessionOptions) {
  const prefix = freshPrefix()
  const [one, two] = [openStore({ prefix }), openStore({ prefix })]
  const client = openClient()
  const isThere = async (sid: string) => (await client.exists(prefix + sid)) === 1
  return {
    here: await openCloakroom(one as never, options),
    there: await openCloakroom(two as never, options),
    isThere,
  }
}

describe.each(Object.entries(modes))('%s', (_, options) => {
  it(`logout: no late request brings the session back, in ${RACES} races`, async () => {
    const { here, there, isThere } = await openTwo(options)
    const revived: string[] = []
    const cookies: string[] = []

    await inLanes(RACES, async i => {
      const { cookie, sid } = await here.login()
      const doing = works[i % works.length] as Work
      const round = Math.floor(i / works.length)
      const late = [here, there, here].slice(0, 1 + (round % 3)).map(server => server.late(cookie, doing))
      await Promise.all(late.map(request => request.arrived))
      expect(await isThere(sid)).toBe(true)
      const out = await (round % 2 ? here : there).logout(cookie, round % 4 < 2 ? 'destroy' : 'regenerate')
      expect(out.status).toBe(200)
      expect(await isThere(sid)).toBe(false)

      for (const request of late) request.release()
      const replies = await Promise.all(late.map(request => request.reply))
      expect(replies.map(reply => reply.status)).toEqual(late.map(() => 200))
      for (const reply of replies) cookies.push(...reply.headers.getSetCookie())
      if ((await isThere(sid)) || (await here.guest(cookie)) !== 'nobody') revived.push(`${doing}, ${i}`)
    })

    expect(revived).toEqual([])
    expect(cookies).toEqual([])
  })

  it('logout: one among requests that end at the same moment ends the session, too', async () => {
    const { here, there, isThere } = await openTwo(options)
    await inLanes(100, async i => {
      const { cookie, sid } = await here.login()
      const late = works.map((doing, n) => (n % 2 ? here : there).late(cookie, doing))
      await Promise.all(late.map(request => request.arrived))
      const half = i % works.length
      for (const request of late.slice(0, half)) request.release()
      const out = here.logout(cookie, 'destroy')
      for (const request of late.slice(half)) request.release()
      await Promise.all([out, ...late.map(request => request.reply)])
      expect(await isThere(sid)).toBe(false)
    })
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
