import { session } from '@coatcheck/session'
import { RedisStore } from '@coatcheck/store-redis'
import { RedisStore as ConnectRedis } from 'connect-redis'
import expressSession from 'express-session'
import { createClient } from 'redis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { SECRET, startApp } from './support/app.ts'
import { freshPrefix } from './support/redis.ts'

const HOUR = 3_600_000

async function redis() {
  const client = await createClient({ url: inject('redisUrl') }).connect()
  onTestFinished(() => client.destroy())
  return client
}

type Client = Awaited<ReturnType<typeof redis>>

const ours = (store: unknown, absoluteTimeout: number) =>
  session.strict({ secret: SECRET, cookie: { maxAge: HOUR }, store, absoluteTimeout } as never) as never

const theirs = (store: unknown) =>
  expressSession({
    secret: SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: HOUR },
    store: store as expressSession.Store,
  }) as never

async function records(client: Client, prefix: string): Promise<string[]> {
  const keys = await client.keys(`${prefix}*`)
  return (await Promise.all(keys.map(key => client.get(key)))).filter(text => text !== null)
}

const lifespanIn = (text: string) => JSON.parse(text)['coatcheck.lifespan'] as string

describe('absoluteTimeout on Redis', () => {
  it.each([
    ['with RedisStore', (client: Client, prefix: string) => new RedisStore({ client, prefix })],
    ['with connect-redis', (client: Client, prefix: string) => new ConnectRedis({ client, prefix })],
  ])('absoluteTimeout: the age survives express-session %s', async (_, make) => {
    const [client, prefix] = [await redis(), freshPrefix()]
    const app = await startApp(ours(new RedisStore({ client, prefix }), HOUR))
    const get = app.browser()
    await get('/login/Ada')
    const [before] = (await records(client, prefix)) as [string]
    expect(lifespanIn(before)).toMatch(/^\d+\/\d+$/)
    for (let i = 0; i < 3; i++) {
      app.swap(theirs(make(client, prefix)))
      expect((await get('/')).body).toMatchObject({ user: 'Ada', views: 2 * i + 1 })
      await get('/whoami')
      app.swap(ours(new RedisStore({ client, prefix }), HOUR))
      expect((await get('/')).body).toMatchObject({ user: 'Ada', views: 2 * i + 2 })
    }
    const [after] = (await records(client, prefix)) as [string]
    expect(lifespanIn(after)).toBe(lifespanIn(before))
  })

  it('absoluteTimeout: Redis ends a session that is read, saved and touched all the time', async () => {
    const [client, prefix] = [await redis(), freshPrefix()]
    const store = new RedisStore({ client, prefix })
    const app = await startApp(ours(store, 2000))
    const get = app.browser()
    await get('/login/Ada')
    const [text] = (await records(client, prefix)) as [string]
    const end = Number(lifespanIn(text).split('/')[1])
    const [key] = (await client.keys(`${prefix}*`)) as [string]
    const sid = key.slice(prefix.length)
    let users = 0
    const work = [
      async () => void ((await get('/whoami')).body.user === 'Ada' && users++),
      () => get('/'),
      () => store.get(sid, undefined, { renew: HOUR }),
      async () => {
        const stored = await store.get(sid)
        if (stored) await store.touch(sid, { ...stored, cookie: { maxAge: HOUR } })
      },
      () => store.update(sid, data => ({ ...data, count: Math.random() })).catch(() => {}),
    ]
    while (Date.now() < end) await Promise.all(work.map(step => step()))
    expect(users).toBeGreaterThan(0)
    await expect.poll(() => records(client, prefix), { timeout: 20_000 }).toEqual([])
    expect((await get('/whoami')).body).toEqual({})
  })
})
