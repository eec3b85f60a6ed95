import { startRedis } from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import { expect, it, onTestFinished } from 'vitest'
import { clients, restricted } from './support/clients.ts'
import { own, sessionOf } from './support/redis.ts'

/** From the eleventh listener of one event on, Node warns. */
const STORES = Array.from({ length: 11 }, (_, i) => i)

function hearWarnings(): string[] {
  const heard: string[] = []
  const hear = ({ name, message }: Error) => heard.push(`${name}: ${message}`)
  process.on('warning', hear)
  onTestFinished(() => void process.off('warning', hear))
  return heard
}

/** All stores at once, with what takes a transaction where there are no scripts. */
async function useAll(stores: readonly RedisStore[]): Promise<PromiseSettledResult<unknown>['status'][]> {
  const calls = stores.flatMap((store, i) => [
    store.set(`${i}`, sessionOf({ i }, 60_000)),
    store.get(`${i}`),
    store.exchange(`${i}-old`, `${i}-new`, sessionOf({ i }, 60_000)),
    store.destroy(`${i}-new`),
  ])
  return (await Promise.allSettled(calls)).map(({ status }) => status)
}

async function throughAnOutage(
  open: (url: string) => Promise<{ stores: readonly RedisStore[]; end(): unknown }>,
): Promise<void> {
  const heard = hearWarnings()
  const server = await own(startRedis({ dedicated: true }))
  const { stores, end } = await open(server.url)
  expect(new Set(await useAll(stores))).toEqual(new Set(['fulfilled']))
  await server.stopServer()
  expect(new Set(await useAll(stores))).toEqual(new Set(['rejected']))
  await server.startServer()
  while ((await useAll(stores)).includes('rejected'));
  await Promise.all(stores.map(store => store.close()))
  await end()
  expect(heard.filter(warning => /MaxListeners/.test(warning))).toEqual([])
}

it.each(['ioredis 5', 'node-redis 5'])(
  'eleven stores on %s: an outage and a recovery make no MaxListenersExceededWarning',
  async name => {
    await throughAnOutage(async url => {
      const { client, end } = await clients[name]!(url)
      return { stores: STORES.map(i => new RedisStore({ client, prefix: `many${i}:`, timeout: 1000 })), end }
    })
  },
)

it('eleven stores of open: an outage and a recovery make no MaxListenersExceededWarning', async () => {
  await throughAnOutage(async url => {
    return { stores: STORES.map(i => RedisStore.open(url, { prefix: `own${i}:`, timeout: 1000 })), end() {} }
  })
})

it.each(['ioredis 5', 'node-redis 5'])(
  'eleven stores on %s of a user without scripts: transactions make no MaxListenersExceededWarning',
  async name => {
    const heard = hearWarnings()
    const { client, end } = await restricted(clients[name]!)
    const stores = STORES.map(i => new RedisStore({ client, prefix: `plain${i}:` }))
    for (let round = 0; round < 3; round++) {
      expect(new Set(await useAll(stores))).toEqual(new Set(['fulfilled']))
    }
    await Promise.all(stores.map(store => store.close()))
    end()
    expect(heard.filter(warning => /MaxListeners/.test(warning))).toEqual([])
  },
)
