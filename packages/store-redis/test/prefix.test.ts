import { RedisStore } from '@coatcheck/store-redis'
import * as ioredis5 from 'ioredis'
import * as ioredis6 from 'ioredis6'
import * as redis6 from 'redis6'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { freshPrefix, openClient, sessionOf } from './support/redis.ts'

describe('prefix', () => {
  const twins: [string, string][] = [
    ['app[1]:', 'app1:'],
    ['a*:', 'abc:'],
    ['a?:', 'ab:'],
    ['a\\:', 'a:'],
    ['[^a]:', 'b:'],
    ['[a-c]:', 'b:'],
    ['*', 'x:'],
    ['👤[é]:', '👤é:'],
  ]
  it.each(twins)('prefix: %j is no pattern, the keys of %j are left alone', async (mine, other) => {
    const [client, before] = [openClient(), freshPrefix()]
    const [store, foreign] = [mine, other].map(
      prefix => new RedisStore({ client, prefix: before + prefix }),
    ) as [RedisStore, RedisStore]
    await store.set('a', sessionOf({ of: 'mine' }))
    await foreign.set('b', sessionOf({ of: 'other' }))
    expect(await store.ids()).toEqual(['a'])
    expect(await store.length()).toBe(1)
    expect(Object.keys(await store.all())).toEqual(['a'])
    await store.clear()
    expect(await store.get('a')).toBeUndefined()
    expect(await foreign.ids()).toEqual(['b'])
  })

  it('prefix: one that begins with that of another store is part of it, unless that one ends with more', async () => {
    const [client, before] = [openClient(), freshPrefix()]
    const outer = new RedisStore({ client, prefix: `${before}app:` })
    const inner = new RedisStore({ client, prefix: `${before}app:admin:` })
    await inner.set('a', sessionOf())
    expect(await outer.ids()).toEqual(['admin:a'])
    const beside = new RedisStore({ client, prefix: `${before}app:sess:` })
    expect(await beside.ids()).toEqual([])
    await beside.clear()
    expect(await inner.ids()).toEqual(['a'])
  })

  it("prefix: with '' every string of the database is a session, and clear removes them all", async () => {
    const client = openClient({ db: 10 })
    const store = new RedisStore({ client, prefix: '' })
    await store.set('a', sessionOf())
    await client.set('config', 'on')
    await client.hset('queue', 'job', '1')
    expect((await store.ids()).sort()).toEqual(['a', 'config'])
    expect(Object.keys(await store.all())).toEqual(['a'])
    await store.clear()
    expect(await client.keys('*')).toEqual(['queue'])
    await client.flushdb()
  })

  it.each([1, null, {}])('prefix: %j is none', prefix => {
    const message = 'The option "prefix" must be a string'
    expect(() => new RedisStore({ client: openClient(), prefix: prefix as never })).toThrow(
      new TypeError(message),
    )
  })
})

/** A client that puts something before each key by itself. */
interface Prefixed {
  store(prefix: string): RedisStore
}

const prefixing: Record<string, (keyPrefix: string) => Promise<Prefixed>> = {
  async 'ioredis 5'(keyPrefix) {
    const client = new ioredis5.Redis(inject('redisUrl'), { keyPrefix })
    onTestFinished(() => client.disconnect())
    return { store: prefix => new RedisStore({ client, prefix }) }
  },
  async 'ioredis 5, auto-pipelining'(keyPrefix) {
    const client = new ioredis5.Redis(inject('redisUrl'), { keyPrefix, enableAutoPipelining: true })
    onTestFinished(() => client.disconnect())
    return { store: prefix => new RedisStore({ client, prefix }) }
  },
  async 'ioredis 6'(keyPrefix) {
    const client = new ioredis6.Redis(inject('redisUrl'), { keyPrefix })
    onTestFinished(() => client.disconnect())
    return { store: prefix => new RedisStore({ client, prefix }) }
  },
  async 'node-redis 6'(keyPrefix) {
    const client = await redis6.createClient({ url: inject('redisUrl'), keyPrefix }).connect()
    onTestFinished(() => client.destroy())
    return { store: prefix => new RedisStore({ client, prefix }) }
  },
}

describe.each(Object.entries(prefixing))('keyPrefix of %s', (_, open) => {
  it('keyPrefix: keys begin with it, and what is listed does not', async () => {
    const [client, keyPrefix] = [openClient(), `${freshPrefix()}[k]:`]
    const store = (await open(keyPrefix)).store('sess:')
    await client.set('sess:b', 'of another app', 'PX', 60_000)
    await store.set('a', sessionOf({ turns: 1 }))
    expect(await client.get(`${keyPrefix}sess:a`)).toContain('"turns":1')

    const session = (await store.get('a'))!
    await store.set('a', Object.assign(session, { turns: 2 }))
    expect(await store.touch('a', session)).toBe(true)
    expect(await store.ids()).toEqual(['a'])
    expect(await store.length()).toBe(1)
    expect(await store.all()).toMatchObject({ a: { turns: 2 } })

    expect(await store.destroy('a')).toBe(true)
    await store.set('c', sessionOf())
    await store.clear()
    expect(await store.length()).toBe(0)
    expect(await client.exists(`${keyPrefix}sess:c`)).toBe(0)
    expect(await client.exists('sess:b')).toBe(1)
    await client.del('sess:b')
  })
})
