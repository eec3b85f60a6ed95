import { setTimeout as sleep } from 'node:timers/promises'
import { type MongodbServer, startMongodb } from '@coatcheck/store-conformance/containers'
import { type MongodbOpenOptions, MongodbStore } from '@coatcheck/store-mongodb'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { type Browser, ours, startApp } from './support/app.ts'
import { batching } from './support/batching.ts'
import { newClient, openClient, openStore, sessionOf, storeOn, versions } from './support/mongodb.ts'

let server: MongodbServer
beforeAll(async () => {
  server = await startMongodb({ dedicated: true })
})
afterAll(() => server.stop())

const open = (options: MongodbOpenOptions = {}) => openStore(options, server.url)

const burst = (browser: Browser) => Promise.all(Array.from({ length: 10 }, () => browser.get('/visit')))

/** Until a request succeeds. */
async function back(browser: Browser): Promise<string> {
  for (;;) {
    const { status, text } = await browser.get('/visit')
    if (status === 200) return text
    await sleep(20)
  }
}

/** What is still under way in this process, but for what the test runner has there. */
const resources = () =>
  process.getActiveResourcesInfo().filter(kind => kind === 'Timeout' || kind === 'TCPSocketWrap').length

/** How the app answers while the database is away. */
const AWAY = { status: 503, text: 'ERR_SESSION_STORE_UNAVAILABLE' }

it('stopped: each request fails with one error, and succeeds when the server is back, without a restart', async () => {
  const store = open({ timeout: 500 })
  const app = await startApp(ours(store, { storeTimeout: 0 }))
  const browser = app.browser()
  await browser.get('/login')
  for (let outage = 1; outage <= 2; outage++) {
    await server.stopServer()
    app.failures.length = 0
    for (const reply of await burst(browser)) expect(reply).toEqual(AWAY)
    expect(app.failures).toHaveLength(10)
    // The error of the driver is the cause.
    for (const failure of app.failures)
      expect((failure.cause as Error).name).toMatch(/^(Mongo|Pool)\w+Error$/)
    await server.startServer()
    // What was saved is there.
    expect(await back(browser)).toBe(`Ada ${outage}`)
  }
})

it('stopped: a store that was made meanwhile is opened when the server is there', async () => {
  await server.stopServer()
  const store = open({ timeout: 300, collection: 'later' })
  const app = await startApp(ours(store, { storeTimeout: 0 }))
  const browser = app.browser()
  expect(await browser.get('/visit')).toEqual(AWAY)
  await server.startServer()
  expect(await back(browser)).toBe('nobody 1')
  await store.close()
})

it.each(versions)(
  'stopped: a client of the app, on %s, that was not connected yet is not lost',
  async version => {
    await server.stopServer()
    const client = newClient(server.url, version, { serverSelectionTimeoutMS: 200 })
    onTestFinished(() => client.close())
    const store = storeOn(client, { collection: 'unconnected' })
    for (let i = 0; i < 3; i++) {
      const [one, two] = await Promise.allSettled([store.get('a'), store.get('b')])
      for (const result of [one, two]) {
        const reason = { code: AWAY.text, cause: { name: 'MongoServerSelectionError' } }
        expect(result).toMatchObject({ status: 'rejected', reason })
      }
    }
    await server.startServer()
    await store.set('a', sessionOf({ user: 'Ada' }))
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
  },
)

it('stopped: each write of a batch fails with one error', async () => {
  const given = { serverSelectionTimeoutMS: 300 }
  const { store, counted } = await batching({ url: server.url, given })
  const writes = () => counted(() => Promise.allSettled(['a', 'b', 'c'].map(sid => store.write(sid, '{}'))))
  expect((await writes()).updates).toEqual([3])
  await server.stopServer()
  for (const result of (await writes()).result) {
    const reason = { code: AWAY.text, cause: { name: expect.stringMatching(/^(Mongo|Pool)\w+Error$/) } }
    expect(result).toMatchObject({ status: 'rejected', reason })
    expect(result).not.toHaveProperty('reason.cause.name', 'MongoBulkWriteError')
  }
  await server.startServer()
  while ((await writes()).updates[0] !== 3) await sleep(20)
})

it('stopped: close is answered', async () => {
  const store = MongodbStore.open(server.url, { timeout: 300, ttlIndex: false })
  await store.set('a', sessionOf())
  await server.stopServer()
  await store.close()
  await server.startServer()
})

it('frozen: requests fail when the storeTimeout of the middleware is over, and succeed when it goes on', async () => {
  const store = open()
  const app = await startApp(ours(store, { storeTimeout: 300 }))
  const browser = app.browser()
  await browser.get('/login')
  await server.pause()
  for (const reply of await burst(browser)) {
    expect(reply).toEqual({ status: 503, text: 'ERR_SESSION_STORE_TIMEOUT' })
  }
  await server.unpause()
  expect(await back(browser)).toMatch(/^Ada \d+$/)
})

it('frozen: without a storeTimeout they fail when the timeout of the store is over', async () => {
  const store = open({ timeout: 300 })
  const app = await startApp(ours(store, { storeTimeout: 0 }))
  const browser = app.browser()
  await browser.get('/login')
  await server.pause()
  for (const reply of await burst(browser)) expect(reply).toEqual(AWAY)
  await server.unpause()
  expect(await back(browser)).toMatch(/^Ada \d+$/)
})

it('frozen: close is answered', async () => {
  const store = MongodbStore.open(server.url, { timeout: 300, ttlIndex: false })
  await store.set('a', sessionOf())
  await server.pause()
  await store.close()
  await server.unpause()
})

it('close: leaves no timer and no socket', async () => {
  const before = resources()
  const store = MongodbStore.open(server.url, { ttlIndex: false })
  await Promise.all(Array.from({ length: 20 }, (_, i) => store.get(`${i}`)))
  await store.close()
  await store.close()
  while (resources() > before) await sleep(5)
  expect(resources()).toBeLessThanOrEqual(before)
})

it('close: leaves a client of the app as it is, with no listener more', async () => {
  for (const version of ['mongodb 7', 'mongodb 6'] as const) {
    const client = newClient(server.url, version)
    onTestFinished(() => client.close())
    const listeners = client.eventNames()
    const stores = Array.from({ length: 20 }, () => new MongodbStore({ client, ttlIndex: false }))
    await Promise.all(stores.map((store, i) => store.set(`${i}`, sessionOf())))
    for (const store of stores) await store.close()
    expect(client.eventNames()).toEqual(listeners)
    await expect(stores[0]!.get('0')).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
    expect(await client.db().collection('sessions').countDocuments()).toBeGreaterThanOrEqual(20)
  }
})

it('client: one that the app has closed is the error of the driver', async () => {
  const client = openClient({}, server.url)
  const store = storeOn(client, { collection: 'closed' })
  await store.set('a', sessionOf())
  await client.close()
  await expect(store.get('a')).rejects.toMatchObject({ name: 'MongoNotConnectedError' })
})
