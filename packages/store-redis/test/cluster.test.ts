import { type RedisClusterServer, startRedisCluster } from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startApp, strict } from './support/app.ts'
import { clusters } from './support/clients.ts'
import { failureOf, freshPrefix, sessionOf } from './support/redis.ts'

let server: RedisClusterServer
beforeAll(async () => {
  server = await startRedisCluster()
})
afterAll(() => server.stop())

const sids = Array.from({ length: 300 }, (_, i) => `sid ${i}`)

async function fill(store: RedisStore): Promise<void> {
  await Promise.all(sids.map(sid => store.set(sid, sessionOf({ sid }))))
}

function looking(): Cluster {
  const cluster = new Cluster([...server.nodes], server.options)
  onTestFinished(() => cluster.disconnect())
  return cluster
}

async function openUrl(options = {}): Promise<RedisStore> {
  const nodes = server.nodes.map(({ host, port }) => `${host}:${port}`).join(',')
  const store = RedisStore.open(`redis+cluster://${nodes}`, { prefix: freshPrefix(), ...options })
  onTestFinished(() => store.close())
  return store
}

const stores = Object.entries(clusters).map(([name, connect]): [string, () => Promise<RedisStore>] => [
  name,
  async () => {
    const { client, end } = await connect(server.nodes, server.options.natMap)
    onTestFinished(() => void end())
    return new RedisStore({ client, prefix: freshPrefix() })
  },
])

describe.each([...stores, ['RedisStore.open', openUrl] as [string, () => Promise<RedisStore>]])(
  '%s',
  (_, open) => {
    it('cluster: sessions of all masters are counted, listed and cleared, and no others', async () => {
      const [store, other] = [await open(), await open()]
      // The first command of a client that has just been made.
      expect(await other.length()).toBe(0)
      await fill(store)
      await other.set('another', sessionOf())
      const masters = looking()
      await masters.exists('')
      const sizes = await Promise.all(masters.nodes('master').map(node => node.dbsize()))
      expect(sizes.filter(size => size > 0)).toHaveLength(3)

      expect(await store.length()).toBe(300)
      expect((await store.ids()).sort()).toEqual([...sids].sort())
      const seen: string[] = []
      for await (const [sid, session] of store.entries()) {
        expect(session).toMatchObject({ sid })
        seen.push(sid)
      }
      expect(seen.sort()).toEqual([...sids].sort())
      expect(Object.keys(await store.all())).toHaveLength(300)
      await store.clear()
      expect(await store.length()).toBe(0)
      expect(await other.ids()).toEqual(['another'])
      await other.clear()
    })
  },
)

describe('a cluster', () => {
  it('cluster: sessions of a slot that moves to another master are found before, meanwhile and after', async () => {
    // A hash tag puts all keys into one slot.
    const prefix = `{${freshPrefix()}}`
    const store = await openUrl({ prefix })
    await fill(store)
    const everyone = async () => (await Promise.all(sids.map(sid => store.get(sid)))).filter(Boolean).length
    const cluster = looking()
    const slot = String(await cluster.cluster('KEYSLOT', prefix))
    const nodes = cluster.nodes('master')
    const sizes = await Promise.all(nodes.map(node => node.call('cluster', 'countkeysinslot', slot)))
    const from = nodes[sizes.indexOf(300)]!
    const to = nodes.find(node => node !== from)!
    const [fromId, toId] = await Promise.all([from, to].map(node => node.cluster('MYID') as Promise<string>))

    await to.call('cluster', 'setslot', slot, 'importing', fromId!)
    await from.call('cluster', 'setslot', slot, 'migrating', toId!)
    const keys = (await from.call('cluster', 'getkeysinslot', slot, '150')) as string[]
    // The server's own way to `to`, which lies in the same container.
    for (const key of keys) await from.call('migrate', '127.0.0.1', String(to.options.port), key, '0', '5000')
    expect(await everyone()).toBe(300)
    for (const key of sids.map(sid => prefix + sid).filter(key => !keys.includes(key))) {
      await from.call('migrate', '127.0.0.1', String(to.options.port), key, '0', '5000')
    }
    for (const node of nodes) await node.call('cluster', 'setslot', slot, 'node', toId!)
    expect(await everyone()).toBe(300)
    expect(await to.call('cluster', 'countkeysinslot', slot)).toBe(300)
    expect(await store.length()).toBe(300)
    await store.clear()
    expect(await store.length()).toBe(0)
  })

  it('http: while the cluster is away requests fail, and succeed again when it is back', async () => {
    const get = (await startApp(strict({ store: await openUrl({ timeout: 1500 }) }))).browser()
    expect(await get()).toEqual({ status: 200, body: { views: 1 } })
    await server.stopServer()
    for (let i = 0; i < 3; i++) {
      const { status, body } = await get()
      expect(status).toBeGreaterThanOrEqual(500)
      expect(body.name).toMatch(/Error$/)
    }
    // Time enough to connect and to read the slots on a busy machine.
    const fresh = await openUrl({ timeout: 3000 })
    expect(await failureOf(fresh.get('a'))).toBeInstanceOf(Error)
    await server.startServer()
    // Attempts to connect are spaced, so the first request may come too early.
    await expect.poll(get, { timeout: 30_000 }).toEqual({ status: 200, body: { views: 2 } })
    await expect.poll(() => fresh.get('a').catch(() => 'away'), { timeout: 30_000 }).toBeUndefined()
  })

  it('http: a frozen cluster fails requests with a typed error, and serves them when it goes on', async () => {
    const get = (await startApp(strict({ store: await openUrl({ timeout: 500 }) }))).browser()
    expect(await get()).toEqual({ status: 200, body: { views: 1 } })
    await server.pause()
    const frozen = { status: 503, body: { name: 'SessionError', code: 'ERR_SESSION_STORE_TIMEOUT' } }
    expect(await get()).toMatchObject(frozen)
    expect(await get()).toMatchObject(frozen)
    await server.unpause()
    expect(await get()).toEqual({ status: 200, body: { views: 2 } })
  })
})
