import { type RedisSentinelServer, startRedisSentinel } from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import * as ioredis6 from 'ioredis6'
import * as redis5 from 'redis'
import * as redis6 from 'redis6'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startApp, strict } from './support/app.ts'
import { freshPrefix, openClient, sessionOf } from './support/redis.ts'

let server: RedisSentinelServer
beforeAll(async () => {
  server = await startRedisSentinel()
})
afterAll(() => server.stop())

const TIMEOUT = 3000

/** Stores on the Sentinel, by client. */
const stores: Record<string, (prefix: string) => Promise<RedisStore>> = {
  async 'RedisStore.open'(prefix) {
    const [{ host, port }] = server.options.sentinels as [{ host: string; port: number }]
    const url = `redis+sentinel://${host}:${port}/${server.options.name}`
    const store = RedisStore.open(url, { prefix, timeout: TIMEOUT })
    onTestFinished(() => store.close())
    return store
  },
  async 'ioredis 6'(prefix) {
    const client = new ioredis6.Redis(server.options)
    client.on('error', () => {})
    onTestFinished(() => client.disconnect())
    return new RedisStore({ client, prefix, timeout: TIMEOUT })
  },
  async 'node-redis 5'(prefix) {
    const client = await redis5
      .createSentinel(nodeRedisOptions())
      .on('error', () => {})
      .connect()
    onTestFinished(() => client.destroy())
    return new RedisStore({ client, prefix, timeout: TIMEOUT })
  },
  async 'node-redis 6'(prefix) {
    const client = await redis6
      .createSentinel(nodeRedisOptions())
      .on('error', () => {})
      .connect()
    onTestFinished(() => client.destroy())
    return new RedisStore({ client, prefix, timeout: TIMEOUT })
  },
}

function nodeRedisOptions() {
  const { name, sentinels, natMap } = server.options
  return { name, sentinelRootNodes: sentinels, nodeAddressMap: natMap }
}

describe.each(Object.entries(stores))('%s', (_, open) => {
  it('failover: in the middle of traffic, sessions are kept and requests succeed again', async () => {
    const store = await open(freshPrefix())
    const app = await startApp(strict({ store, cookie: { maxAge: 600_000 } }))
    const [ada, ...others] = Array.from({ length: 8 }, () => app.browser())
    await ada!('/login/Ada')
    for (const get of others) await get()
    // What a replica has not heard of yet is lost with its master, as the README tells.
    expect(await openClient(server.options, server.url).wait(1, 5000)).toBe(1)

    let over = false
    const failures: Record<string, unknown>[] = []
    const traffic = others.map(async get => {
      while (!over) {
        const { status, body } = await get()
        if (status !== 200) failures.push(body)
      }
    })
    const before = await server.master()
    await server.failover()
    expect(await server.master()).not.toBe(before)
    over = true
    await Promise.all(traffic)
    for (const { name } of failures) expect(name).toMatch(/Error$/)

    expect(await ada!('/whoami')).toEqual({ status: 200, body: { user: 'Ada' } })
    const last = await Promise.all(others.map(get => get()))
    expect(last.map(({ status }) => status)).toEqual(others.map(() => 200))
    expect(await store.length()).toBe(8)
    expect(await store.ids()).toHaveLength(8)
    await ada!('/logout')
    expect(await ada!('/whoami')).toEqual({ status: 200, body: {} })
    await store.clear()
    expect(await store.length()).toBe(0)
    await store.set('a', sessionOf())
  })
})
