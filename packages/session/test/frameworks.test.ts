import type { SessionRequest } from '@coatcheck/session'
import connect from 'connect'
import express from 'express'
import express4 from 'express4'
import { describe, expect, it } from 'vitest'
import { type Client, deferred, type Listener, type Reply, SECRET, serve } from './support/http.ts'
import { MapStore } from './support/map-backend.ts'
import { ours } from './support/ours.ts'
import type { Middleware, Options, Request, Response } from './support/types.ts'

// Login, reading and logout, written as an application of each framework would.

function login(req: Request, res: Response, next: (error?: unknown) => void) {
  req.session.regenerate(error => {
    if (error) return next(error)
    req.session.user = 'Ada'
    res.statusCode = 303
    res.setHeader('Location', '/account')
    res.end('See /account')
  })
}

function account(req: Request, res: Response) {
  if (req.session.user) return res.end(String(req.session.user))
  res.statusCode = 401
  res.end('nobody')
}

function logout(req: Request, res: Response, next: (error?: unknown) => void) {
  req.session.destroy(error => (error ? next(error) : res.end('bye')))
}

const routes: Record<string, typeof login> = { '/login': login, '/account': account, '/logout': logout }

type Build = (middleware: Middleware, failed: (error: unknown) => void) => Listener

/** What Express 4, Express 5 and Connect have in common. */
function withUse(make: () => unknown): Build {
  return (middleware, failed) => {
    const app = make() as Listener & { use(...args: unknown[]): unknown }
    app.use(middleware)
    for (const [path, route] of Object.entries(routes)) app.use(path, route)
    app.use((error: Error, _req: Request, res: Response, _next: unknown) => {
      failed(error)
      res.statusCode = 500
      res.end(error.message)
    })
    return app
  }
}

const plain: Build = (middleware, failed) => (req, res) => {
  const next = (error?: unknown) => {
    if (!error) return routes[req.url!]!(req, res, next)
    failed(error)
    res.statusCode = 500
    res.end((error as Error).message)
  }
  middleware(req, res, next)
}

const frameworks: [string, Build][] = [
  ['Express 5', withUse(express)],
  ['Express 4', withUse(express4)],
  ['Connect', withUse(connect)],
  ['node:http', plain],
]

describe.each(frameworks)('%s', (_, build) => {
  async function app(options: Options = {}, entry: (options: Options) => Middleware = ours) {
    const store = new MapStore()
    const errors: unknown[] = []
    const middleware = entry({ secret: SECRET, store, resave: false, saveUninitialized: false, ...options })
    const client: Client = await serve(build(middleware, error => errors.push(error)))
    return { ...client, store, errors }
  }

  it('app: a user logs in, is known, and logs out', async () => {
    const { get, store } = await app()
    expect((await get('/account')).status).toBe(401)
    const cookie = await get('/login')
    expect([cookie.status, cookie.text]).toEqual([303, 'See /account'])
    expect((await get('/account', { cookie })).text).toBe('Ada')
    expect((await get('/logout', { cookie })).text).toBe('bye')
    expect((await get('/account', { cookie })).status).toBe(401)
    expect(store.rows.size).toBe(0)
  })

  it('app: the account is there as soon as the redirect is', async () => {
    const { get, store } = await app()
    store.delay = 50
    const cookie = await get('/login')
    expect((await get('/account', { cookie })).text).toBe('Ada')
  })

  it('app: with strict defaults a failed login is an error, and no cookie', async () => {
    const { get, store, errors } = await app({}, ours.strict)
    store.failing = { write: new Error('store down') }
    const reply: Reply = await get('/login')
    expect([reply.status, reply.text, reply.setCookie]).toEqual([500, 'store down', []])
    expect(reply.headers).not.toHaveProperty('location')
    expect(errors).toHaveLength(1)
  })
})

describe('Express 5', () => {
  it('app: an async handler awaits the session, and its errors reach the error handler', async () => {
    const store = new MapStore()
    const application = express()
    application.use(ours.strict({ secret: SECRET, store }) as never)
    application.get('/login', async (req, res) => {
      const request = req as unknown as SessionRequest
      await request.session.regenerate()
      Object.assign(request.session, { user: 'Ada' })
      await request.session.save()
      res.json({ user: 'Ada' })
    })
    const told = deferred()
    application.use((error: Error, _req: unknown, res: express.Response, _next: unknown) => {
      told.resolve()
      res.status(503).json({ error: error.message })
    })
    const { get } = await serve(application as unknown as Listener)
    expect((await get('/login')).text).toBe('{"user":"Ada"}')
    store.failing = { write: new Error('store down') }
    const reply = await get('/login')
    await told.promise
    expect([reply.status, reply.text, reply.setCookie]).toEqual([503, '{"error":"store down"}', []])
  })

  it('app: a response that was abandoned leaves no ETag, and a 304 is not made of an error', async () => {
    const store = new MapStore()
    const application = express()
    application.use(ours.strict({ secret: SECRET, store }) as never)
    application.get('/', (req, res) => {
      Object.assign(req.session, { at: Date.now() })
      res.send('a page')
    })
    const { get } = await serve(application as unknown as Listener)
    const page = await get()
    expect(page.headers.etag).toBeDefined()
    store.failing = { all: new Error('store down') }
    const reply = await get('/', { headers: { 'If-None-Match': page.headers.etag! } })
    expect(reply.status).toBe(500)
    expect(reply.headers.etag).toBeUndefined()
  })
})
