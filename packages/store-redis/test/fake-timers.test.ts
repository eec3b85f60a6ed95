import { RedisStore } from '@coatcheck/store-redis'
import { afterEach, expect, inject, it, onTestFinished, vi } from 'vitest'
import { type Connected, clients, restricted } from './support/clients.ts'
import { freshPrefix, openStore, sessionOf } from './support/redis.ts'

// Tests of apps put clocks of their own in the place of Node's. What Vitest, Sinon and Jest replace by default differs.
const FAKED = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'Date',
] as const

afterEach(() => void vi.useRealTimers())

async function drive(store: RedisStore, toFake: readonly (typeof FAKED)[number][] = FAKED): Promise<void> {
  await store.set('a', sessionOf({ n: 1 }))
  const session = (await store.get('a'))!
  vi.useFakeTimers({ toFake: [...toFake] })
  const [first, second] = await Promise.all([store.get('a'), store.get('b')])
  expect(first).toMatchObject({ n: 1 })
  expect(second).toBeUndefined()
  await store.set('a', Object.assign(session, { n: 2 }))
  await store.exchange('a', 'c', sessionOf({ n: 3 }))
  expect(await store.ids()).toEqual(['c'])
  expect(await store.destroy('c')).toBe(true)
  await store.clear()
}

it('fake timers: a store of open answers', async () => {
  await drive(openStore())
})

// node-redis writes by `setImmediate` itself: there tests have to leave that alone.
it.each([
  ['ioredis 5', FAKED],
  ['ioredis 6', FAKED],
  ['iovalkey', FAKED],
  ['node-redis 5', FAKED.filter(name => name !== 'setImmediate')],
  ['node-redis 6', FAKED.filter(name => name !== 'setImmediate')],
] as const)('fake timers: a store on %s answers', async (name, toFake) => {
  const { client, end } = await clients[name]!(inject('redisUrl'))
  onTestFinished(() => void end())
  await drive(new RedisStore({ client, prefix: freshPrefix() }), toFake)
})

it('fake timers: so does one for a user without scripts', async () => {
  const { client, end }: Connected = await restricted(clients['ioredis 5']!)
  onTestFinished(() => void end())
  await drive(new RedisStore({ client, prefix: freshPrefix() }))
})
