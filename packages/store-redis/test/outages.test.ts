import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { clients } from './support/clients.ts'
import { failureOf, freshPrefix, openClient, openStore, own, sessionOf } from './support/redis.ts'

const UNAVAILABLE = { name: 'SessionError', code: 'ERR_SESSION_STORE_UNAVAILABLE', status: 503 }

/** A server of a few lines, and how often somebody has connected to it. */
async function listen(answer: (socket: Socket) => void) {
  let accepted = 0
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => {})
    answer(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, accepted: () => accepted }
}

/** The warnings of this process from now on. */
function warnings(): string[] {
  const texts: string[] = []
  const warn = ({ name, message }: Error) => void texts.push(`${name}: ${message}`)
  process.on('warning', warn)
  onTestFinished(() => void process.off('warning', warn))
  return texts
}

describe('a server that cannot be reached', () => {
  const places: [string, RegExp][] = [
    ['redis://127.0.0.1:1', /ECONNREFUSED 127\.0\.0\.1:1/],
    ['redis+cluster://127.0.0.1:1', /ECONNREFUSED 127\.0\.0\.1:1/],
    ['redis+sentinel://127.0.0.1:1/name', /ECONNREFUSED 127\.0\.0\.1:1/],
    ['redis://nowhere.invalid', /(ENOTFOUND|EAI_AGAIN) nowhere\.invalid/],
  ]
  it.each(places)('%s: says why, as an error of status 503', async (url, why) => {
    const store = openStore({ timeout: 3000 }, url)
    for (const failing of [store.get('a'), store.set('b', sessionOf()), store.length()]) {
      const error = await failureOf(failing)
      expect(error).toMatchObject(UNAVAILABLE)
      expect(error.message).toMatch(why)
      expect((error.cause as Error).message).toMatch(why)
    }
  })

  it('one that is loading its data is away until it has, and says so at once', async () => {
    const { url } = await listen(socket =>
      socket.on('data', data => {
        const commands = [...String(data).matchAll(/\*\d+\r\n/g)].length
        socket.write('-LOADING Redis is loading the dataset in memory\r\n'.repeat(commands))
      }),
    )
    const error = await failureOf(openStore({ timeout: 20_000 }, url).get('a'))
    expect(error).toMatchObject(UNAVAILABLE)
    expect((error.cause as Error).message).toMatch(/^LOADING /)
  })

  it('one that resets connections', async () => {
    const { url } = await listen(socket => socket.once('data', () => socket.resetAndDestroy()))
    const error = await failureOf(openStore({ timeout: 20_000 }, url).get('a'))
    expect(error).toMatchObject(UNAVAILABLE)
    expect(error.message).toMatch(/ECONNRESET|Command aborted|Connection is closed/)
  })

  it.each(['redis://', 'redis+cluster://', 'redis+sentinel://'])(
    '%s: 100 requests in an outage warn of no leak',
    async scheme => {
      const texts = warnings()
      const store = openStore({ timeout: 500 }, `${scheme}127.0.0.1:1${scheme.includes('sent') ? '/m' : ''}`)
      for (let round = 0; round < 2; round++) {
        const calls = Array.from({ length: 50 }, (_, i) => store.get(`${i}`))
        for (const { status } of await Promise.allSettled(calls)) expect(status).toBe('rejected')
      }
      expect(texts).toEqual([])
    },
  )

  it.each(Object.entries(clients))('%s: twenty stores on one client warn of no leak', async (_, connect) => {
    const texts = warnings()
    const { client, end } = await connect(inject('redisUrl'))
    onTestFinished(() => void end())
    const stores = Array.from({ length: 20 }, () => new RedisStore({ client, prefix: freshPrefix() }))
    await Promise.all(stores.map(store => store.set('a', sessionOf())))
    await Promise.all(stores.map(store => store.exchange('a', 'b', sessionOf())))
    await sleep(0)
    expect(texts).toEqual([])
  })
})

describe('a server that takes no writes', () => {
  async function readOnly() {
    const server = await own(startRedis({ dedicated: true }))
    const admin = openClient({}, server.url)
    const store = openStore({}, server.url)
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    await admin.replicaof('127.0.0.1', 1)
    const connections = async () =>
      Number(/total_connections_received:(\d+)/.exec(await admin.info('stats'))![1])
    return { store, admin, connections }
  }

  it('read-only: sessions are read, and what writes fails with READONLY', async () => {
    const { store, admin } = await readOnly()
    const session = (await store.get('a', undefined, { renew: 60_000 }))!
    const writes = [
      () => store.touch('a', session),
      () => store.set('b', sessionOf()),
      () => store.set('a', session),
      () => store.destroy('a'),
      () => store.exchange('a', 'b', sessionOf()),
    ]
    for (const write of writes) {
      expect((await failureOf(write())).message).toMatch(/^READONLY /)
      expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ user: 'Ada' })
    }
    await admin.replicaof('NO', 'ONE')
    expect(await store.touch('a', session)).toBe(true)
  })

  it('read-only: beside many writes reads go on, and it connects anew once a second at most', async () => {
    const { store, connections } = await readOnly()
    const before = await connections()
    const start = Date.now()
    let reads = 0
    while (Date.now() - start < 2500) {
      const write = failureOf(store.touch('a', sessionOf({}, 60_000)))
      expect(await store.get('a')).toMatchObject({ user: 'Ada' })
      expect((await write).message).toMatch(/^READONLY /)
      reads++
      await sleep(5)
    }
    expect(reads).toBeGreaterThan(5)
    const seconds = Math.ceil((Date.now() - start) / 1000)
    expect((await connections()) - before).toBeLessThanOrEqual(seconds + 1)
  })
})

describe('the database of the URL', () => {
  it('database: one that the server does not have is an error, and nothing is written', async () => {
    const server = await own(startRedis({ dedicated: true }))
    const store = openStore({}, `${server.url}/99`)
    const calls = [store.set('a', sessionOf()), store.get('a'), store.length()]
    for (const error of await Promise.all(calls.map(failureOf))) {
      expect(error.message).toMatch(/database 99: ERR DB index is out of range/)
    }
    expect((await failureOf(store.set('a', sessionOf()))).message).toMatch(/database 99/)
    const admin = openClient({}, server.url)
    expect(await admin.dbsize()).toBe(0)
    expect(await admin.info('keyspace')).not.toMatch(/db\d/)
  })

  it('database: neither does a user write to another who may not run SELECT, from then on either', async () => {
    const server = await own(startRedis({ dedicated: true }))
    const admin = openClient({}, server.url)
    await admin.call('acl', 'setuser', 'ada', 'on', '>pass', '~*', '+@all')
    const store = openStore({ timeout: 2000 }, `${server.url.replace('//', '//ada:pass@')}/3`)
    await store.set('a', sessionOf())
    await admin.call('acl', 'setuser', 'ada', '-select')
    await admin.client('KILL', 'USER', 'ada')
    const calls = Array.from({ length: 20 }, (_, i) => failureOf(store.set(`b${i}`, sessionOf())))
    for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(Error)
    expect((await failureOf(store.set('b', sessionOf()))).message).toMatch(/database 3: NOPERM /)
    expect(await admin.dbsize()).toBe(0)
    await admin.call('acl', 'setuser', 'ada', '+select')
    expect(await store.get('a')).toBeDefined()
  })
})
