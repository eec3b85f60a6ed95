import type { AddressInfo } from 'node:net'
import type { MemoryStore } from '@coatcheck/store-memory'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import express from 'express'
import expressSession from 'express-session'
import fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore } from './support/stores.ts'

const SECRET = 'a secret for tests, of at least 32 characters'
const COOKIE = { maxAge: 3_600_000, secure: false }

interface Visitor {
  user?: string | undefined
  destroy(done: (error?: unknown) => void): unknown
}

/** Start an app and give its URL; it is closed when the test ends. */
async function onExpressSession(store: MemoryStore): Promise<string> {
  const app = express()
  app.use(
    expressSession({
      secret: SECRET,
      resave: false,
      saveUninitialized: false,
      cookie: COOKIE,
      store: store as never,
    }),
  )
  const visitorOf = (req: express.Request) => (req as unknown as { session: Visitor }).session
  app.get('/login', (req, res) => {
    visitorOf(req).user = 'Ada'
    res.end('welcome')
  })
  app.get('/', (req, res) => res.end(visitorOf(req).user ?? 'nobody'))
  app.get('/logout', (req, res, next) => {
    visitorOf(req).destroy(error => (error ? next(error) : res.end('bye')))
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function onFastifySession(store: MemoryStore): Promise<string> {
  const app = fastify({ forceCloseConnections: true })
  onTestFinished(() => app.close())
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    secret: SECRET,
    saveUninitialized: false,
    cookie: COOKIE,
    store: store as never,
  })
  const visitorOf = (req: object) => (req as { session: Visitor }).session
  app.get('/login', async req => {
    visitorOf(req).user = 'Ada'
    return 'welcome'
  })
  app.get('/', async req => visitorOf(req).user ?? 'nobody')
  app.get('/logout', async req => {
    await req.session.destroy()
    return 'bye'
  })
  return app.listen({ host: '127.0.0.1', port: 0 })
}

describe.each([
  ['express-session', onExpressSession],
  ['@fastify/session', onFastifySession],
])('under %s', (_, start) => {
  async function open(store: MemoryStore) {
    const url = await start(store)
    return async (path: string, cookie = '') => {
      const reply = await fetch(url + path, { headers: { cookie } })
      expect(reply.status).toBe(200)
      return { text: await reply.text(), cookie: reply.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
    }
  }

  it('app: a user logs in, is known, and logs out', async () => {
    const store = openStore()
    const get = await open(store)
    expect((await get('/')).text).toBe('nobody')
    expect(await store.length()).toBe(0)
    const { cookie } = await get('/login')
    expect((await get('/', cookie)).text).toBe('Ada')
    const [kept] = Object.values(await store.all())
    const left = new Date(kept!.cookie.expires as Date).valueOf() - Date.now()
    expect(left).toBeGreaterThan(COOKIE.maxAge - 60_000)
    expect(left).toBeLessThanOrEqual(COOKIE.maxAge)
    await get('/logout', cookie)
    expect(await store.length()).toBe(0)
    expect((await get('/', cookie)).text).toBe('nobody')
  })

  it('app: in a full store the visitor who was away for longest is the one who has to log in again', async () => {
    const get = await open(openStore({ max: 2 }))
    const { cookie: first } = await get('/login')
    const { cookie: second } = await get('/login')
    expect((await get('/', first)).text).toBe('Ada')
    const { cookie: third } = await get('/login')
    const known = await Promise.all([first, second, third].map(async cookie => (await get('/', cookie)).text))
    expect(known).toEqual(['Ada', 'nobody', 'Ada'])
  })
})
