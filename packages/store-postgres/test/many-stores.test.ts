import type { EventEmitter } from 'node:events'
import { type PostgresServer, startPostgres } from '@coatcheck/store-conformance/containers'
import { PostgresStore } from '@coatcheck/store-postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { sessionOf } from './support/postgres.ts'

/** From the eleventh listener of one event on, Node warns. */
const STORES = Array.from({ length: 11 }, (_, i) => i)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ dedicated: true })
})
afterAll(() => server.stop())

function hearWarnings(): string[] {
  const heard: string[] = []
  const hear = ({ name, message }: Error) => heard.push(`${name}: ${message}`)
  process.on('warning', hear)
  onTestFinished(() => void process.off('warning', hear))
  return heard
}

/** All stores at once, so that each waits for a connection. */
async function useAll(stores: readonly PostgresStore[]): Promise<PromiseSettledResult<unknown>['status'][]> {
  const calls = stores.flatMap((store, i) => [
    store.set(`${i}`, sessionOf({ i }, 60_000)),
    store.get(`${i}`),
    store.touch('nobody', sessionOf({}, 60_000)),
  ])
  return (await Promise.allSettled(calls)).map(({ status }) => status)
}

describe.each([
  ['a pool of the app', 2],
  ['a single client of the app', 0],
])('eleven stores on %s', (_, max) => {
  it('an outage and a recovery make no MaxListenersExceededWarning, and leave no listener', async () => {
    const heard = hearWarnings()
    const settings = { connectionString: server.url, connectionTimeoutMillis: 2000 }
    const client = max > 0 ? new pg.Pool({ ...settings, max }) : new pg.Client(settings)
    if (client instanceof pg.Client) await client.connect()
    const emitter: EventEmitter = client
    const before = emitter.listenerCount('error')
    const stores = STORES.map(i => new PostgresStore({ client, table: `many_${max}_${i}` }))
    expect(new Set(await useAll(stores))).toEqual(new Set(['fulfilled']))
    await server.stopServer()
    expect(new Set(await useAll(stores))).toEqual(new Set(['rejected']))
    await server.startServer()
    // A client that has lost its connection stays without.
    if (max > 0) while ((await useAll(stores)).includes('rejected'));
    await Promise.all(stores.map(store => store.close()))
    expect(emitter.listenerCount('error')).toBe(before)
    expect(heard.filter(warning => /MaxListeners/.test(warning))).toEqual([])
    emitter.on('error', () => {})
    await client.end().catch(() => {})
  })
})

it('eleven stores of open: an outage and a recovery make no MaxListenersExceededWarning', async () => {
  const heard = hearWarnings()
  const options = { max: 1, connectTimeout: 2000 }
  const stores = STORES.map(i => PostgresStore.open(server.url, { ...options, table: `own_${i}` }))
  await useAll(stores)
  await server.stopServer()
  expect(new Set(await useAll(stores))).toEqual(new Set(['rejected']))
  await server.startServer()
  while ((await useAll(stores)).includes('rejected'));
  await Promise.all(stores.map(store => store.close()))
  expect(heard.filter(warning => /MaxListeners/.test(warning))).toEqual([])
})
