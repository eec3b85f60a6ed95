import { startRedis } from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import { GlideClient, GlideClusterClient, Logger } from '@valkey/valkey-glide'
import { Redis } from 'ioredis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { inMatrix } from '../../session/test/support/in-matrix.ts'
import { lookAt, subjectOf } from './conformance-subject.ts'
import type { Connected } from './support/clients.ts'
import { describeConformance } from './support/conform.ts'
import { sessionOf } from './support/redis.ts'

// It prints each error of the server, such as that a script is not known yet.
Logger.setLoggerConfig('off')

/** A client of Valkey GLIDE, whose own limit for an answer is a quarter of a second unless it is set. */
async function glide(url: string): Promise<Connected> {
  const { hostname: host, port, pathname, username, password } = new URL(url)
  const client = await GlideClient.createClient({
    addresses: [{ host, port: Number(port) }],
    databaseId: Number(pathname.slice(1)),
    requestTimeout: 10_000,
    ...(username && { credentials: { username, password } }),
  })
  return { client, end: () => client.close() }
}

async function openGlide(url = inject('redisUrl')) {
  const { client, end } = await glide(url)
  const store = new RedisStore({ client, prefix: `glide-${Math.random()}:` })
  onTestFinished(async () => {
    await store.close()
    end()
  })
  return store
}

if (inMatrix) {
  describeConformance('Valkey GLIDE', () => {
    const url = `${inject('redisUrl')}/9`
    return subjectOf({ name: 'Valkey GLIDE', connect: () => glide(url), look: () => lookAt(url) })
  })
}

describe('Valkey GLIDE', () => {
  it('get: also restarts the lifetime', async () => {
    const store = await openGlide()
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ user: 'Ada' })
    expect(await store.touch('none', sessionOf({}, 60_000))).toBe(false)
  })

  it('three thousand calls at once, of two stores on one client, are all made', async () => {
    const { client, end } = await glide(inject('redisUrl'))
    onTestFinished(async () => {
      await end()
    })
    const stores = ['a', 'b'].map(
      name => new RedisStore({ client, prefix: `glide-${name}-${Math.random()}:` }),
    )
    const calls = Array.from({ length: 3000 }, (_, i) => stores[i % 2]!.set(`${i}`, sessionOf()))
    await Promise.all(calls)
    expect(await Promise.all(stores.map(store => store.length()))).toEqual([1500, 1500])
  })

  it('diagnose: has something to tell about the server', async () => {
    const store = await openGlide()
    await store.set('a', sessionOf())
    const findings = await store.diagnose()
    expect(findings.map(({ level }) => level)).not.toContain('error')
    expect(JSON.stringify(findings)).toMatch(/functions/)
  })

  it('a key that holds something else fails with the error of the server', async () => {
    const store = await openGlide()
    const admin = new Redis(inject('redisUrl'))
    onTestFinished(() => admin.disconnect())
    await admin.hset('glide:hash', 'a', 1)
    const other = new RedisStore({ client: (await glide(inject('redisUrl'))).client, prefix: 'glide:' })
    await expect(other.get('hash')).rejects.toThrow(/^WRONGTYPE /)
    await admin.del('glide:hash')
    await store.close()
  })

  it('a user without scripts: what has to be one step is refused, and told why', async () => {
    const admin = new Redis(inject('redisUrl'))
    onTestFinished(() => admin.disconnect())
    await admin.call('acl', 'setuser', 'glide', 'on', '>pass', '~*', '&*', '+@all', '-@scripting')
    const url = new URL(inject('redisUrl'))
    Object.assign(url, { username: 'glide', password: 'pass' })
    const store = await openGlide(url.href)
    await store.set('a', sessionOf({ n: 1 }))
    const session = await store.get('a')
    expect(session).toMatchObject({ n: 1 })
    await expect(store.set('a', session!)).rejects.toThrow(
      'the user must be allowed to run functions or scripts',
    )
  })

  it('a server that is away is told with status 503, and used again when it is back', async () => {
    const server = await startRedis({ dedicated: true })
    onTestFinished(() => server.stop())
    const { client, end } = await glide(server.url)
    const store = new RedisStore({ client, timeout: 1000 })
    onTestFinished(async () => {
      await store.close()
      end()
    })
    await store.set('a', sessionOf({ n: 1 }))
    await server.stopServer()
    await expect(store.get('a')).rejects.toMatchObject({ status: 503 })
    await server.startServer()
    const back = () =>
      store.set('b', sessionOf()).then(
        () => true,
        () => false,
      )
    await expect.poll(back, { timeout: 60_000 }).toBe(true)
  })

  it('a client of a Cluster is refused at once', () => {
    const client = Object.create(GlideClusterClient.prototype) as GlideClusterClient
    expect(() => new RedisStore({ client })).toThrow('must not be a GlideClusterClient')
  })
})
