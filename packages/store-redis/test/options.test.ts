import { RedisStore } from '@coatcheck/store-redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { describe, expect, it } from 'vitest'
import { openClient, storeOn } from './support/redis.ts'

const NO_CLIENT = 'The option "client" must be a client of ioredis, node-redis or Valkey GLIDE'

describe('options', () => {
  it.each([undefined, null, {}, 'redis://localhost', 1])('client: %j is none', client => {
    expect(() => new RedisStore({ client: client as never })).toThrow(new TypeError(NO_CLIENT))
  })

  it.each([
    ['createClient', createClient],
    ['Redis', Redis],
    ['a function', () => createClient()],
  ])('client: %s without a call is none', (_, client) => {
    const message = `${NO_CLIENT}, not a function or class that makes one`
    expect(() => new RedisStore({ client: client as never })).toThrow(new TypeError(message))
  })

  it.each([undefined, null, 1])('options: %j are none', options => {
    expect(() => new RedisStore(options as never)).toThrow(TypeError)
  })

  it.each([
    ['prefx', 'prefix'],
    ['timeOut', 'timeout'],
    ['tll', 'ttl'],
    ['scancount', 'scanCount'],
  ])('options: %s is none, and the message names %s', (wrong, right) => {
    const options = { [wrong]: undefined, client: openClient() }
    expect(() => new RedisStore(options)).not.toThrow()
    for (const make of [
      () => new RedisStore({ ...options, [wrong]: 1 }),
      () => RedisStore.open('redis://localhost', { [wrong]: 1 }),
    ]) {
      expect(make).toThrow(TypeError)
      expect(make).toThrow(new RegExp(`"${wrong}".*"${right}"`))
    }
  })

  it('options: those of connect-redis that there are none of are refused, not ignored', () => {
    for (const name of ['disableTTL', 'disableTouch', 'serializer']) {
      expect(() => new RedisStore({ client: openClient(), [name]: true })).toThrow(new RegExp(`"${name}"`))
    }
  })

  it.each([-1, 1.5, '5000', Number.NaN, 2 ** 31])('timeout: %j is none', timeout => {
    const message = 'The option "timeout" must be a whole number of milliseconds'
    const options = { timeout: timeout as number }
    expect(() => RedisStore.open('redis://localhost', options)).toThrow(new TypeError(message))
    expect(() => storeOn(options)).toThrow(new TypeError(message))
  })
})
