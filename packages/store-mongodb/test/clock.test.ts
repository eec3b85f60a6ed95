import type { MongodbClient } from '@coatcheck/store-mongodb'
import { expect, it, vi } from 'vitest'
import { type Client, newDatabase, sessionOf, storeOn } from './support/mongodb.ts'

const HOUR = 3_600_000

/** A client of a server whose clock shows so many milliseconds more, with the number of times that it was looked at. */
function shifted(client: Client, ms: () => number) {
  const asked = { count: 0 }
  const of = (db: ReturnType<Client['db']>) =>
    new Proxy(db, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target)
        if (key !== 'command') return typeof value === 'function' ? value.bind(target) : value
        return async (command: object) => {
          asked.count++
          const reply = await target.command(command)
          return { ...reply, localTime: new Date(reply.localTime.valueOf() + ms()) }
        }
      },
    })
  const db = (name?: string) => of(client.db(name))
  return { client: { connect: () => client.connect(), db } as unknown as MongodbClient, asked }
}

it("clock: an expiry is by the server's, whatever ours shows", async () => {
  for (const offset of [HOUR, -HOUR]) {
    const { client, dbName, sessions } = newDatabase()
    const store = storeOn(shifted(client, () => offset).client, { dbName })
    await store.set('a', sessionOf({}, 60_000))
    const left = (await sessions.findOne())!.expires!.valueOf() - (Date.now() + offset)
    expect(left).toBeGreaterThan(50_000)
    expect(left).toBeLessThanOrEqual(61_000)
    // What the app sees is by its own clock.
    const shown = new Date((await store.get('a'))!.cookie.expires as Date).valueOf() - Date.now()
    expect(shown).toBeGreaterThan(50_000)
    expect(shown).toBeLessThanOrEqual(61_000)
    await sessions.updateOne({ _id: 'a' }, { $set: { expires: new Date(Date.now() + offset - 1000) } })
    expect(await store.get('a')).toBeUndefined()
    expect(await store.length()).toBe(0)
    expect(await store.prune()).toBe(1)
  }
})

it('clock: a server that has another one than the last is noticed within a minute', async () => {
  const { client, dbName, sessions } = newDatabase()
  let offset = 0
  const server = shifted(client, () => offset)
  const store = storeOn(server.client, { dbName })
  await store.set('a', sessionOf({}, 60_000))
  expect(server.asked.count).toBe(1)
  offset = HOUR
  const now = performance.now()
  const later = vi.spyOn(performance, 'now').mockReturnValue(now + 61_000)
  await store.get('a')
  while (server.asked.count < 2 || (await store.get('a'))) await new Promise(setImmediate)
  later.mockRestore()
  expect(server.asked.count).toBe(2)
  await store.set('b', sessionOf({}, 60_000))
  const { expires } = (await sessions.findOne({ _id: 'b' }))!
  expect(expires!.valueOf() - Date.now() - HOUR).toBeGreaterThan(50_000)
})

it('clock: where it cannot be told from ours it is ours, to the millisecond', async () => {
  const { client, dbName, sessions } = newDatabase()
  const store = storeOn(client, { dbName })
  await store.length()
  const [before, expires] = [Date.now(), Date.now() + 60_000]
  await store.set('a', { cookie: { expires: new Date(expires) } } as never)
  const off = (await sessions.findOne())!.expires!.valueOf() - expires
  expect(Math.abs(off)).toBeLessThanOrEqual(Date.now() - before)
})
