import { RedisStore } from '@coatcheck/store-redis'
import { describe, expect, it } from 'vitest'
import { failureOf, openClient, sessionOf, storeOn } from './support/redis.ts'

describe('layout', () => {
  it("layout: connect-redis' own, a string of JSON at prefix and id, with an expiry to the millisecond", async () => {
    const { store, client, prefix } = storeOn()
    await store.set('a', sessionOf({ user: 'Ada' }, 12_345))
    expect(JSON.parse((await client.get(`${prefix}a`))!)).toMatchObject({
      user: 'Ada',
      cookie: { path: '/' },
    })
    const left = await client.pttl(`${prefix}a`)
    expect(left).toBeGreaterThan(2345)
    expect(left).toBeLessThanOrEqual(12_345)
  })

  it("layout: the prefix is 'sess:' where none is given", async () => {
    const client = openClient({ db: 9 })
    await new RedisStore({ client }).set('a', sessionOf())
    expect(await client.keys('*')).toEqual(['sess:a'])
    await client.flushdb()
  })

  it('ttl: fractions are rounded up, and what is longer than Redis can count is cut short', async () => {
    const { store, client, prefix } = storeOn({ ttl: 100_000.5 })
    await store.set('a', sessionOf())
    expect(await client.pttl(`${prefix}a`)).toBeGreaterThan(90_000)
    const endless = new RedisStore({ client, prefix, ttl: Number.POSITIVE_INFINITY })
    await endless.set('b', sessionOf())
    await endless.touch('a', sessionOf())
    await endless.set('c', { ...sessionOf(), cookie: { expires: new Date(8.64e15) } } as never)
    for (const sid of ['a', 'b', 'c']) {
      expect(await client.pttl(`${prefix}${sid}`)).toBeGreaterThan(1e14)
      expect(await endless.get(sid)).toBeDefined()
    }
  })

  it('ttl: a key without an end is a live session with the default lifetime, and a touch gives it one', async () => {
    const { store, client, prefix } = storeOn({ ttl: 60_000 })
    const past = sessionOf({ user: 'Ada' }, -1000)
    await client.set(`${prefix}a`, JSON.stringify(past))
    const session = (await store.get('a'))!
    const left = new Date(session.cookie.expires as Date).valueOf() - Date.now()
    expect(session).toMatchObject({ user: 'Ada' })
    expect(left).toBeGreaterThan(50_000)
    expect(left).toBeLessThanOrEqual(60_000)
    expect(await store.ids()).toEqual(['a'])
    expect(await client.pttl(`${prefix}a`)).toBe(-1)
    expect(await store.touch('a', session)).toBe(true)
    expect(await client.pttl(`${prefix}a`)).toBeGreaterThan(50_000)
  })

  it('ttl: a key without an end is there for a default lifetime without one, too', async () => {
    const { store, client, prefix } = storeOn({ ttl: Number.POSITIVE_INFINITY })
    await client.set(`${prefix}a`, JSON.stringify(sessionOf({ user: 'Ada' }, -1000)))
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
  })
})

describe('scripts', () => {
  it('scripts: a server that has forgotten them is told again', async () => {
    const { store, client } = storeOn()
    await store.set('a', sessionOf({ turns: 1 }))
    const session = (await store.get('a'))!
    await client.script('FLUSH')
    expect(await store.get('a')).toMatchObject({ turns: 1 })
    await client.script('FLUSH')
    await store.set('a', Object.assign(session, { turns: 2 }))
    await client.script('FLUSH')
    expect(await Promise.all(Array.from({ length: 50 }, () => store.get('a')))).toHaveLength(50)
    expect(await store.get('a')).toMatchObject({ turns: 2 })
  })

  it('functions: a server that has forgotten them is told again', async () => {
    const { store, client } = storeOn()
    await store.set('a', sessionOf({ turns: 1 }))
    const sessions = await Promise.all([store.get('a'), store.get('a')])
    await client.call('function', 'flush')
    const saves = sessions.map((session, i) => store.set('a', Object.assign(session!, { turns: 2 + i })))
    const outcomes = (await Promise.allSettled(saves)).map(({ status }) => status)
    expect(outcomes.sort()).toEqual(['fulfilled', 'rejected'])
    await client.call('function', 'flush')
    expect(await store.exchange('a', 'b', sessionOf({ turns: 4 }))).toBe(true)
    expect(await store.get('b')).toMatchObject({ turns: 4 })
  })

  it('commands: one per call, and none but these', async () => {
    const { store, client, prefix } = storeOn()
    await store.set('warm', sessionOf())
    await store.set('warm', (await store.get('warm'))!)
    const seen: string[] = []
    const monitor = await client.monitor()
    const heard = (last: string) =>
      new Promise<void>(resolve => {
        monitor.on('monitor', (_, [name, ...args]: string[], source: string) => {
          if (source !== 'lua' && args.some(arg => arg.startsWith(prefix))) seen.push(name!)
          if (args.includes(last)) resolve()
        })
      })
    const done = heard(`${prefix}end`)
    await store.set('a', sessionOf())
    const session = (await store.get('a'))!
    await store.set('a', session)
    await store.touch('a', session)
    await store.destroy('a')
    await store.clear()
    await client.exists(`${prefix}end`)
    await done
    monitor.disconnect()
    expect(seen).toEqual([
      'set',
      'evalsha',
      'fcall',
      'pexpire',
      'getdel',
      ...Array(seen.length - 7).fill('scan'),
      'unlink',
      'exists',
    ])
  })
})

describe('keys of others', () => {
  const wrongType = { name: 'ReplyError', message: expect.stringMatching(/^WRONGTYPE /) }

  it("wrong type: reading one gives the driver's error, and does no harm", async () => {
    const { store, client, prefix } = storeOn()
    await client.hset(`${prefix}a`, 'field', 'value')
    expect(await failureOf(store.get('a'))).toMatchObject(wrongType)
    expect(await failureOf(store.destroy('a'))).toMatchObject(wrongType)
    expect(await client.hget(`${prefix}a`, 'field')).toBe('value')
    expect(await store.get('b')).toBeUndefined()
  })

  it('wrong type: one beside the sessions is neither listed nor counted nor cleared', async () => {
    const { store, client, prefix } = storeOn()
    await client.sadd(`${prefix}index`, 'a')
    await store.set('a', sessionOf({ user: 'Ada' }))
    expect(await store.ids()).toEqual(['a'])
    expect(await store.length()).toBe(1)
    expect(Object.keys(await store.all())).toEqual(['a'])
    await store.clear()
    expect(await client.keys(`${prefix}*`)).toEqual([`${prefix}index`])
  })

  it('corrupt: text that is no session fails to be read, and the others are listed', async () => {
    const { store, client, prefix } = storeOn()
    await client.set(`${prefix}a`, 'no session')
    await store.set('b', sessionOf())
    expect(await failureOf(store.get('a'))).toMatchObject({ code: 'ERR_SESSION_CORRUPT' })
    expect(Object.keys(await store.all())).toEqual(['b'])
    expect(await store.destroy('a')).toBe(true)
  })
})
