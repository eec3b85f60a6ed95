import { RedisStore } from '@coatcheck/store-redis'
import { RedisStore as ConnectRedis } from 'connect-redis'
import type express from 'express'
import expressSession from 'express-session'
import { createClient } from 'redis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { SECRET, startApp, strict } from './support/app.ts'
import { freshPrefix, openClient, openStore } from './support/redis.ts'

async function nodeRedis() {
  const client = await createClient({ url: inject('redisUrl') }).connect()
  onTestFinished(() => client.destroy())
  return client
}

function underExpressSession(store: unknown): express.RequestHandler {
  return expressSession({
    secret: SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 60_000 },
    store: store as expressSession.Store,
  }) as unknown as express.RequestHandler
}

/** Both stores on the same keys. */
async function both() {
  const [client, prefix] = [await nodeRedis(), freshPrefix()]
  const theirs = new ConnectRedis({ client, prefix })
  return { client, prefix, theirs, ours: new RedisStore({ client, prefix }) }
}

describe('beside connect-redis', () => {
  it('connect-redis: what it has written we read, with its expiry', async () => {
    const { theirs, ours } = await both()
    const app = await startApp(underExpressSession(theirs))
    const get = app.browser()
    await get('/login/Ada')
    const [session] = Object.values(await ours.all())
    expect(session).toMatchObject({ user: 'Ada', cookie: { httpOnly: true, path: '/' } })
    // express-session reads the clock twice: a lifetime of 60,000 ms may be written as 59,999.
    expect(session!.cookie.originalMaxAge).toBeGreaterThan(59_000)
    expect(session!.cookie.originalMaxAge).toBeLessThanOrEqual(60_000)
    const left = new Date(session!.cookie.expires as Date).valueOf() - Date.now()
    expect(left).toBeGreaterThan(50_000)
    expect(await ours.ids()).toEqual(await theirs.ids())
  })

  it('connect-redis: both serve the same users at once, in either order', async () => {
    const { theirs, ours } = await both()
    const old = await startApp(underExpressSession(theirs))
    const [ada, eve] = [old.browser(), old.browser()]
    await ada('/login/Ada')
    expect((await ada()).body).toEqual({ views: 1, user: 'Ada' })
    for (const sessions of [
      strict({ store: ours }),
      underExpressSession(theirs),
      underExpressSession(ours),
      underExpressSession(theirs),
      strict({ store: ours }),
    ]) {
      old.swap(sessions)
      const before = (await ada('/whoami')).body
      expect(before).toEqual({ user: 'Ada' })
      await ada()
      await eve()
    }
    expect((await ada()).body).toEqual({ views: 7, user: 'Ada' })
    expect((await eve()).body).toEqual({ views: 6 })
    old.swap(underExpressSession(theirs))
    await ada('/logout')
    old.swap(strict({ store: ours }))
    expect((await ada('/whoami')).body).toEqual({})
    expect(await ours.length()).toBe(1)
  })

  it('connect-redis: a running app is switched over without a logout, also in the middle of requests', async () => {
    const { client, prefix, theirs } = await both()
    const app = await startApp(underExpressSession(theirs))
    const users = Array.from({ length: 20 }, (_, i) => ({ name: `user ${i}`, get: app.browser() }))
    await Promise.all(users.map(({ name, get }) => get(`/login/${name}`)))
    const under = users.map(async ({ get }) => {
      for (let i = 0; i < 10; i++) expect((await get()).status).toBe(200)
    })
    await users[0]!.get('/whoami')
    app.swap(strict({ store: openStore({ prefix }) }))
    await Promise.all(under)
    for (const { name, get } of users) expect((await get()).body).toEqual({ views: 11, user: name })
    expect(await client.dbSize()).toBeGreaterThanOrEqual(20)
  })

  it('connect-redis: what it has written without an end stays alive, and gets one', async () => {
    const { client, prefix, ours } = await both()
    const theirs = new ConnectRedis({ client, prefix, disableTTL: true })
    const app = await startApp(underExpressSession(theirs))
    const get = app.browser()
    await get('/login/Ada')
    app.swap(strict({ store: ours }))
    expect((await get('/whoami')).body).toEqual({ user: 'Ada' })
    const [sid] = await ours.ids()
    expect(await openClient().pttl(prefix + sid)).toBeGreaterThan(0)
  })

  it('connect-redis: a save after the first maxAge keeps the user logged in', async () => {
    const { ours } = await both()
    const cookie = { originalMaxAge: 500, expires: new Date(Date.now() + 500).toISOString(), path: '/' }
    await ours.set('a', { cookie } as never)
    await ours.touch('a', { cookie: { maxAge: 60_000 } } as never)
    const later = (await ours.get('a'))!
    expect(new Date(later.cookie.expires as Date).valueOf() - Date.now()).toBeGreaterThan(50_000)
    await ours.set('a', later)
    expect(await ours.get('a')).toBeDefined()
  })
})
