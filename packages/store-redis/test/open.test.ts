import { RedisStore } from '@coatcheck/store-redis'
import { describe, expect, inject, it } from 'vitest'
import { parseUrl } from '../src/parse-url.ts'
import { freshPrefix, openClient, openStore, sessionOf, storeOn } from './support/redis.ts'

const none = { username: undefined, password: undefined, name: undefined, db: 0, tls: false }

describe('the URL', () => {
  const urls: [string, object][] = [
    ['redis://localhost', { ...none, kind: 'single', nodes: [{ host: 'localhost', port: 6379 }] }],
    [
      'redis://localhost:7000/3',
      { ...none, kind: 'single', nodes: [{ host: 'localhost', port: 7000 }], db: 3 },
    ],
    ['redis://localhost/', { ...none, kind: 'single', nodes: [{ host: 'localhost', port: 6379 }] }],
    ['rediss://[::1]:7000', { ...none, kind: 'single', tls: true, nodes: [{ host: '::1', port: 7000 }] }],
    [
      'redis://me:p%40ss%2F@redis.test',
      {
        ...none,
        kind: 'single',
        nodes: [{ host: 'redis.test', port: 6379 }],
        username: 'me',
        password: 'p@ss/',
      },
    ],
    [
      'redis://:pa:s@s@h',
      { ...none, kind: 'single', nodes: [{ host: 'h', port: 6379 }], password: 'pa:s@s' },
    ],
    [
      'redis+sentinel://a,b:7000,[::1]/my%20app/2',
      {
        ...none,
        kind: 'sentinel',
        nodes: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 7000 },
          { host: '::1', port: 26379 },
        ],
        name: 'my app',
        db: 2,
      },
    ],
    [
      'rediss+sentinel://u:p@a/m',
      {
        kind: 'sentinel',
        tls: true,
        nodes: [{ host: 'a', port: 26379 }],
        username: 'u',
        password: 'p',
        name: 'm',
        db: 0,
      },
    ],
    [
      'redis+cluster://a,b:7000',
      {
        ...none,
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 6379 },
          { host: 'b', port: 7000 },
        ],
      },
    ],
  ]
  it.each(urls)('url: %s', (url, place) => {
    expect(parseUrl(url)).toEqual(place)
  })

  const forms = 'as redis://host:port/db, redis+sentinel://host:port/name or redis+cluster://host:port'
  const wrong: [unknown, string][] = [
    [undefined, forms],
    ['', forms],
    [6379, forms],
    ['localhost:6379', forms],
    ['http://me:hunter2@localhost', forms],
    ['redis://', forms],
    ['redis://me:hunter2@', forms],
    ['redis://me:hunter2@localhost?db=1', 'with a host and a port as host:port'],
    ['redis://me:hunter2@localhost/0?family=6', forms],
    ['redis://me:hunter2@localhost:0', 'with a host and a port as host:port'],
    ['redis://me:hunter2@localhost:65536', 'with a host and a port as host:port'],
    ['redis://me:hunter2@localhost:port', 'with a host and a port as host:port'],
    ['redis://hunter2@localhost', 'with a password after the user, as redis://user:password@host'],
    ['redis://me:hunter2%@localhost', 'in which a % is written as %25'],
    ['redis://me:hunter2@localhost/one', 'with the number of a database at its end'],
    ['redis://me:hunter2@localhost/1/2', 'with the number of a database at its end'],
    ['redis://me:hunter2@a,b', 'with one host, or redis+sentinel:// or redis+cluster://'],
    [
      'redis+sentinel://me:hunter2@a,b',
      'with the name of the master after the Sentinels, as redis+sentinel://host/name',
    ],
    ['redis+sentinel://me:hunter2@a/name/db', 'with the number of a database at its end'],
    ['redis+cluster://me:hunter2@a/1', 'without a database: a cluster has only number 0'],
    ['redis+cluster://me:hunter2@a,,b', 'with a host and a port as host:port'],
  ]
  it.each(wrong)('url: %s is none, in one sentence without any part of it', (url, expected) => {
    const message = `RedisStore.open needs a URL ${expected}`
    expect(() => RedisStore.open(url as string)).toThrow(new TypeError(message))
    expect(message).not.toMatch(/hunter2/)
  })
})

describe('open', () => {
  it('open: keeps sessions for the next store, and close ends it', async () => {
    const prefix = freshPrefix()
    const store = openStore({ prefix })
    await store.set('a', sessionOf({ user: 'Ada' }))
    await store.close()
    await store.close()
    await expect(store.get('a')).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
    expect(await openStore({ prefix }).get('a')).toMatchObject({ user: 'Ada' })
  })

  it('open: the number of the database, the user and the password are those of the URL', async () => {
    const admin = openClient()
    await admin.call('acl', 'setuser', 'ada', 'on', '>p@ss/1', '~*', '+@all')
    const { host } = new URL(inject('redisUrl'))
    const store = openStore({}, `redis://ada:p%40ss%2F1@${host}/13`)
    await store.set('a', sessionOf())
    expect(await openClient({ db: 13 }).dbsize()).toBe(1)
    const clients = String(await admin.client('LIST'))
    expect(clients).toMatch(/ db=13 .* user=ada /)
    await store.clear()
    const wrong = openStore({}, `redis://ada:hunter2@${host}`)
    await expect(wrong.get('a')).rejects.toThrow(/WRONGPASS/)
    await expect(wrong.get('a')).rejects.not.toThrow(/hunter2/)
    await admin.call('acl', 'deluser', 'ada')
  })

  it('open: connects on first use', async () => {
    const admin = openClient()
    const connections = async () => [...String(await admin.client('LIST')).matchAll(/ db=15 /g)].length
    const store = openStore({}, `${inject('redisUrl')}/15`)
    expect(await connections()).toBe(0)
    await store.get('a')
    expect(await connections()).toBe(1)
    await store.close()
  })

  it("close: leaves the caller's client open", async () => {
    const { store, client } = storeOn()
    await store.set('a', sessionOf())
    await store.close()
    expect(await client.ping()).toBe('PONG')
  })

  it('close: what is under way is answered first', async () => {
    const store = openStore()
    const writes = Array.from({ length: 200 }, (_, i) => store.set(`sid ${i}`, sessionOf()))
    await Promise.all([store.get('a'), store.close()])
    await Promise.all(writes)
  })
})
