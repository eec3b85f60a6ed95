import {
  type RedisClusterServer,
  startRedis,
  startRedisCluster,
} from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import { Cluster } from 'ioredis'
import { createClientPool } from 'redis'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { runProcess } from '../../session/test/support/processes.ts'
import { type Connected, clients, differing, differingClusters, restricted } from './support/clients.ts'
import { freshPrefix, openClient, own, sessionOf } from './support/redis.ts'

// ACLs that were made for connect-redis, and managed servers, may take neither functions nor scripts.

/** Two stores on the same keys, with connections of their own. */
async function two(connect: () => Promise<Connected>): Promise<[RedisStore, RedisStore]> {
  const prefix = freshPrefix()
  const open = async () => {
    const { client, end } = await connect()
    const store = new RedisStore({ client, prefix, timeout: 30_000 })
    onTestFinished(async () => {
      await store.close()
      await end()
    })
    return store
  }
  return [await open(), await open()]
}

function describePromises(name: string, connect: () => Promise<Connected>): void {
  describe(name, () => {
    it('plain commands: what was read is replaced once, however many try', async () => {
      const [store, other] = await two(connect)
      await store.set('a', sessionOf({ n: 0 }, 60_000))
      for (let round = 1; round <= 10; round++) {
        const sessions = await Promise.all(
          Array.from({ length: 6 }, (_, i) => (i % 2 ? store : other).get('a')),
        )
        const saves = sessions.map((session, i) =>
          (i % 2 ? store : other).set('a', Object.assign(session!, { n: round, by: i })),
        )
        const outcomes = await Promise.allSettled(saves)
        const codes = outcomes.map(outcome => (outcome.status === 'rejected' ? outcome.reason.code : 'saved'))
        expect(codes.filter(code => code === 'saved')).toHaveLength(1)
        expect(codes.filter(code => code === 'ERR_SESSION_CHANGED')).toHaveLength(5)
        expect(await store.get('a')).toMatchObject({ n: round, by: codes.indexOf('saved') })
      }
    })

    it('plain commands: no update is lost, and none revives what was destroyed', async () => {
      const [store, other] = await two(connect)
      await store.set('a', sessionOf({ n: 0 }, 60_000))
      const adding = Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? store : other).update('a', ({ n }) => ({ n: (n as number) + 1 })),
      )
      await Promise.all(adding)
      expect(await store.get('a')).toMatchObject({ n: 20 })
      const session = (await store.get('a'))!
      expect(await other.destroy('a')).toBe(true)
      await expect(store.set('a', Object.assign(session, { n: 21 }))).rejects.toMatchObject({
        code: 'ERR_SESSION_GONE',
      })
      expect(await other.get('a')).toBeUndefined()
    })

    it('plain commands: of several exchanges that require the old session one has it', async () => {
      const [store, other] = await two(connect)
      await store.set('old', sessionOf({}, 60_000))
      const won = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          (i % 2 ? store : other).exchange('old', `new ${i}`, sessionOf({ i }), { required: true }),
        ),
      )
      expect(won.filter(Boolean)).toHaveLength(1)
      expect(await store.ids()).toEqual([`new ${won.indexOf(true)}`])
      expect(await store.exchange('none', 'next', sessionOf({}))).toBe(false)
      expect((await store.ids()).sort()).toEqual([`new ${won.indexOf(true)}`, 'next'])
    })

    it('plain commands: reads of one tick, with the lifetime that is left', async () => {
      const [store] = await two(connect)
      await Promise.all(['a', 'b', 'c'].map(sid => store.set(sid, sessionOf({ sid }, 60_000))))
      const found = await Promise.all(
        ['a', 'b', 'none', 'c'].map(sid => store.get(sid, undefined, { renew: 60_000 })),
      )
      expect(found).toMatchObject([{ sid: 'a' }, { sid: 'b' }, undefined, { sid: 'c' }])
      const left = new Date(found[0]!.cookie.expires as never).valueOf() - Date.now()
      expect(left).toBeGreaterThan(1000)
      expect(left).toBeLessThanOrEqual(60_000)
    })
  })
}

for (const [name, connect] of differing) {
  describePromises(`${name}, without scripts`, () => restricted(connect))
}
describePromises('ioredis 5, without scripts and GETDEL', () =>
  restricted(clients['ioredis 5']!, inject('redisUrl'), '-getdel'),
)
describePromises('a pool of node-redis, without scripts', () =>
  restricted(async url => {
    const pool = createClientPool({ url }, { minimum: 2, maximum: 4 })
    pool.on('error', () => {})
    await pool.connect()
    return { client: pool, end: () => pool.destroy() }
  }),
)

describe('a cluster without scripts', () => {
  let server: RedisClusterServer
  beforeAll(async () => {
    server = await startRedisCluster()
    const admin = new Cluster([...server.nodes], server.options)
    await admin.exists('')
    for (const node of admin.nodes('master')) await node.call('acl', 'setuser', 'default', '-@scripting')
    admin.disconnect()
  })
  afterAll(() => server.stop())

  for (const [name, connect] of differingClusters) {
    describePromises(name, () => connect(server.nodes, server.options.natMap))
  }
})

describe('a user without scripts', () => {
  const built = useBuilt({ stores: ['store-redis'] })

  it('process: one warning, every method, and it ends by itself', async () => {
    const { client, end } = await restricted(clients['ioredis 5']!)
    const url = new URL(inject('redisUrl'))
    Object.assign(url, { username: 'restricted', password: 'pass' })
    onTestFinished(() => void (client && end()))
    const { ended, lines } = runProcess(
      built.folder,
      `
      import { RedisStore } from '@coatcheck/store-redis'
      process.on('warning', ({ code }) => console.log(code))
      const open = prefix => RedisStore.open(process.env.REDIS_URL, { prefix })
      for (const store of [open(process.env.PREFIX + 1), open(process.env.PREFIX + 2)]) {
        await store.set('a', { cookie: {}, n: 1 })
        await store.set('a', Object.assign(await store.get('a'), { n: 2 }))
        await store.exchange('a', 'b', { cookie: {}, n: 3 })
        console.log((await store.get('b')).n, await store.destroy('b'))
      }`,
      { REDIS_URL: url.href, PREFIX: freshPrefix() },
    )
    await ended
    expect(lines).toEqual(['COATCHECK_REDIS_SCRIPTING', '3 true', '3 true'])
  })

  it('diagnose: says so, and what to do about it', async () => {
    const { client, end } = await restricted(clients['ioredis 5']!)
    onTestFinished(() => void end())
    const find = async (store: RedisStore) => {
      return (await store.diagnose()).find(({ name }) => name === 'writes on a condition')!
    }
    expect(await find(new RedisStore({ client }))).toMatchObject({
      level: 'warning',
      text: expect.stringMatching(/neither functions nor scripts.*@scripting/),
    })
    expect(await find(new RedisStore({ client: openClient() }))).toMatchObject({ level: 'ok' })
    const scripts = await restricted(clients['ioredis 5']!, inject('redisUrl'), '+eval', '+evalsha')
    onTestFinished(() => void scripts.end())
    expect(await find(new RedisStore({ client: scripts.client }))).toMatchObject({
      level: 'ok',
      text: expect.stringMatching(/tracing/),
    })
  })

  for (const [name, connect] of differing) {
    it(`plain commands: a connection that was lost while ${name} did not need it fails no write`, async () => {
      const { client, end } = await restricted(connect)
      const store = new RedisStore({ client, prefix: freshPrefix(), timeout: 30_000 })
      onTestFinished(async () => {
        await store.close()
        await end()
      })
      await store.set('a', sessionOf({ n: 0 }, 60_000))
      await store.update('a', ({ n }) => ({ n: (n as number) + 1 }))
      await openClient().call('client', 'kill', 'user', 'restricted')
      // The application's client connects again by itself.
      await vi.waitFor(() => store.get('a'), 30_000)
      await store.update('a', ({ n }) => ({ n: (n as number) + 1 }))
      expect(await store.get('a')).toMatchObject({ n: 2 })
    })
  }

  it('plain commands: a connection that is lost between two writes is made again', async () => {
    const server = await own(startRedis({ dedicated: true }))
    const { client, end } = await restricted(clients['ioredis 5']!, server.url)
    const store = new RedisStore({ client, timeout: 30_000 })
    onTestFinished(async () => {
      await store.close()
      await end()
    })
    await store.set('a', sessionOf({ n: 0 }, 60_000))
    await store.update('a', ({ n }) => ({ n: (n as number) + 1 }))
    await server.stopServer()
    await server.startServer()
    const admin = openClient({}, server.url)
    await admin.call('acl', 'setuser', 'restricted', 'on', '>pass', '~*', '&*', '+@all', '-@scripting')
    // The first one may find out that the connection is gone.
    await store.update('a', ({ n }) => ({ n: n as number })).catch(() => {})
    await store.update('a', ({ n }) => ({ n: (n as number) + 1 }))
    expect(await store.get('a')).toMatchObject({ n: 2 })
  })
})
