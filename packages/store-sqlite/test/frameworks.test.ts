import type { AddressInfo } from 'node:net'
import type { SqliteStore } from '@coatcheck/store-sqlite'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import express from 'express'
import expressSession from 'express-session'
import fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore, tempFile } from './support/files.ts'

const SECRET = 'a secret for tests, of at least 32 characters'
const COOKIE = { maxAge: 3_600_000, secure: false }

/** A running app. */
interface App {
  url: string
  close(): Promise<void>
}

interface Visitor {
  user?: string | undefined
  destroy(done: (error?: unknown) => void): unknown
}

async function onExpressSession(store: SqliteStore): Promise<App> {
  const app = express()
  const options = { secret: SECRET, resave: false, saveUninitialized: false, cookie: COOKIE }
  app.use(expressSession({ ...options, store: store as never }) as never)
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
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

async function onFastifySession(store: SqliteStore): Promise<App> {
  const app = fastify({ forceCloseConnections: true })
  await app.register(fastifyCookie)
  const options = { secret: SECRET, saveUninitialized: false, cookie: COOKIE }
  await app.register(fastifySession, { ...options, store: store as never })
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
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, close: () => app.close() }
}

const frameworks: [string, (store: SqliteStore) => Promise<App>][] = [
  ['express-session', onExpressSession],
  ['@fastify/session', onFastifySession],
]

describe.each(frameworks)('under %s', (_, start) => {
  it('app: a user logs in, is known after a restart, and logs out', async () => {
    const file = tempFile()
    let [store, app] = [openStore(file), undefined as App | undefined]
    const get = async (path: string, cookie = '') => {
      const reply = await fetch(app!.url + path, { headers: { cookie } })
      expect(reply.status).toBe(200)
      return { text: await reply.text(), cookie: reply.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
    }

    app = await start(store)
    expect((await get('/')).text).toBe('nobody')
    expect(await store.length()).toBe(0)
    const { cookie } = await get('/login')
    expect((await get('/', cookie)).text).toBe('Ada')
    const [kept] = Object.values(await store.all())
    const left = new Date(kept!.cookie.expires as Date).valueOf() - Date.now()
    expect(left).toBeGreaterThan(COOKIE.maxAge - 60_000)
    expect(left).toBeLessThanOrEqual(COOKIE.maxAge)
    await app.close()
    await store.close()

    store = openStore(file)
    app = await start(store)
    onTestFinished(() => app!.close())
    expect((await get('/', cookie)).text).toBe('Ada')
    expect((await get('/')).text).toBe('nobody')
    await get('/logout', cookie)
    expect(await store.length()).toBe(0)
    expect((await get('/', cookie)).text).toBe('nobody')
  })
})
