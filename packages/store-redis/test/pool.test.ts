import { RedisStore } from '@coatcheck/store-redis'
import * as redis5 from 'redis'
import * as redis6 from 'redis6'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { freshPrefix, sessionOf } from './support/redis.ts'

describe.each([
  ['node-redis 5', redis5],
  ['node-redis 6', redis6],
])('pool of %s', (_, redis) => {
  it('pool: its connections are taken in turn', async () => {
    const sizes = { minimum: 2, maximum: 4 }
    const pool = (redis as typeof redis6).createClientPool({ url: inject('redisUrl') }, sizes)
    await pool.connect()
    onTestFinished(() => pool.destroy())
    const store = new RedisStore({ client: pool, prefix: freshPrefix() })
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.set(`sid ${i}`, sessionOf({ i }))))
    const session = (await store.get('sid 7'))!
    await store.set('sid 7', Object.assign(session, { i: 'new' }))
    expect(await store.touch('sid 7', session)).toBe(true)
    expect(await store.all()).toMatchObject({ 'sid 7': { i: 'new' }, 'sid 99': { i: 99 } })
    await store.clear()
    expect(await store.length()).toBe(0)
  })
})
