import { type MongodbServer, startMongodb } from '@coatcheck/store-conformance/containers'
import { MongodbStore } from '@coatcheck/store-mongodb'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { newClient, sessionOf, versions } from './support/mongodb.ts'

/** From the eleventh listener of one event on, Node warns. */
const STORES = Array.from({ length: 11 }, (_, i) => i)

let server: MongodbServer
beforeAll(async () => {
  server = await startMongodb({ dedicated: true })
})
afterAll(() => server.stop())

function hearWarnings(): string[] {
  const heard: string[] = []
  const hear = ({ name, message }: Error) => heard.push(`${name}: ${message}`)
  process.on('warning', hear)
  onTestFinished(() => void process.off('warning', hear))
  return heard
}

async function useAll(stores: readonly MongodbStore[]): Promise<PromiseSettledResult<unknown>['status'][]> {
  const calls = stores.flatMap((store, i) => [
    store.set(`${i}`, sessionOf({ i }, 60_000)),
    store.get(`${i}`),
    store.exchange(`${i}-old`, `${i}-new`, sessionOf({ i }, 60_000)),
  ])
  return (await Promise.allSettled(calls)).map(({ status }) => status)
}

async function throughAnOutage(stores: readonly MongodbStore[]): Promise<void> {
  const heard = hearWarnings()
  expect(new Set(await useAll(stores))).toEqual(new Set(['fulfilled']))
  await server.stopServer()
  expect(new Set(await useAll(stores))).toEqual(new Set(['rejected']))
  await server.startServer()
  while ((await useAll(stores)).includes('rejected'));
  await Promise.all(stores.map(store => store.close()))
  expect(heard.filter(warning => /MaxListeners/.test(warning))).toEqual([])
}

it.each(versions)(
  'eleven stores on one client of %s: an outage and a recovery make no MaxListenersExceededWarning',
  async version => {
    const client = newClient(server.url, version, { serverSelectionTimeoutMS: 500, maxPoolSize: 5 })
    const options = { client, dbName: `many-${version.at(-1)}`, ttlIndex: false }
    await throughAnOutage(STORES.map(i => new MongodbStore({ ...options, collection: `many${i}` })))
    await client.close()
  },
)

it('eleven stores of open: an outage and a recovery make no MaxListenersExceededWarning', async () => {
  await throughAnOutage(
    STORES.map(i => MongodbStore.open(server.url, { timeout: 500, ttlIndex: false, collection: `own${i}` })),
  )
})
