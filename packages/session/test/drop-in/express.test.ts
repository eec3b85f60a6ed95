import { createRequire } from 'node:module'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { type Client, type Listener, readId, SECRET, serve } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { storeWith } from '../support/stores.ts'

const express4: typeof express = createRequire(import.meta.url)('express4')

const frameworks = [
  ['express 5', express],
  ['express 4', express4],
] as const

const combinations = implementations.flatMap(({ name, session }) =>
  frameworks.map(([framework, make]) => ({ name, session, framework, make })),
)

describe.each(combinations)('$name in $framework', ({ session, make }) => {
  type App = ReturnType<typeof express>

  function serveApp(app: App): Promise<Client> {
    return serve(app as unknown as Listener)
  }

  /** An app with a session that knows its visitor, and the given routes. */
  function appWith(routes: (app: App) => void, options = {}) {
    const app = make()
    app.disable('x-powered-by')
    app.use(session({ secret: SECRET, ...options }) as never)
    app.use((req, _res, next) => {
      Object.assign(req.session, { seen: true })
      next()
    })
    routes(app)
    return serveApp(app)
  }

  it.each<[string, (res: express.Response) => unknown, number, string]>([
    ['send', res => res.send('body'), 200, 'body'],
    ['json', res => res.json({ a: 1 }), 200, '{"a":1}'],
    ['sendStatus', res => res.sendStatus(201), 201, 'Created'],
    ['redirect', res => res.redirect('/other'), 302, 'Found. Redirecting to /other'],
    ['status and end', res => res.status(204).end(), 204, ''],
    ['a Buffer', res => res.send(Buffer.from('body')), 200, 'body'],
  ])('express: %s has its body and the cookie', async (_, respond, status, text) => {
    const store = storeWith(session)
    const app = await appWith(app => app.get('/', (_req, res) => void respond(res)), { store })
    const reply = await app.get()
    expect([reply.status, reply.text, reply.setCookie.length]).toEqual([status, text, 1])
    expect(Object.keys(store.sessions)).toEqual([readId(reply)])
  })

  it('express: an answer that is still fresh is a 304, and the session goes on', async () => {
    const app = await appWith(app => app.get('/', (_req, res) => void res.send('body')))
    const first = await app.get()
    const headers = { 'If-None-Match': String(first.headers.etag) }
    const second = await app.get('/', { cookie: first, headers })
    expect([second.status, second.text]).toEqual([304, ''])
  })

  it('express: res.cookie and the session cookie stand beside each other', async () => {
    const app = await appWith(app => app.get('/', (_req, res) => void res.cookie('a', '1').send('body')))
    expect((await app.get()).setCookie).toEqual(['a=1; Path=/', expect.stringContaining('connect.sid=')])
  })

  it('express: HEAD of a GET route has the cookie', async () => {
    const app = await appWith(app => app.get('/', (_req, res) => void res.send('body')))
    const reply = await app.get('/', { method: 'HEAD' })
    expect([reply.text, reply.headers['content-length'], reply.setCookie.length]).toEqual(['', '4', 1])
  })

  it('express: an error handler answers with the session saved', async () => {
    const store = storeWith(session)
    const app = await appWith(
      app => {
        app.get('/', () => {
          throw new Error('broken')
        })
        app.use(((error, req, res, _next) => {
          res.status(500).send(`${error.message} ${(req.session as unknown as { seen: boolean }).seen}`)
        }) as express.ErrorRequestHandler)
      },
      { store },
    )
    const reply = await app.get()
    expect([reply.status, reply.text, reply.setCookie.length]).toEqual([500, 'broken true', 1])
    expect(Object.keys(store.sessions)).toHaveLength(1)
  })

  it('express: a page that is not found keeps the session too', async () => {
    const store = storeWith(session)
    const app = await appWith(() => {}, { store })
    const reply = await app.get('/nowhere')
    expect([reply.status, reply.setCookie.length]).toEqual([404, 1])
    expect(Object.keys(store.sessions)).toHaveLength(1)
  })

  it('express: a router below a path sees the path of the whole request', async () => {
    const app = make()
    const router = make.Router()
    router.use(session({ secret: SECRET, cookie: { path: '/shop' } }) as never)
    router.get('/cart', (req, res) => void res.send(typeof req.session))
    app.use('/shop', router)
    const reply = await (await serveApp(app)).get('/shop/cart')
    expect([reply.text, reply.setCookie.length]).toEqual(['object', 1])
  })

  it('express: login with regenerate, save and redirect', async () => {
    const app = await appWith(app => {
      app.get('/login', (req, res, next) => {
        req.session.regenerate(error => {
          if (error) return next(error)
          Object.assign(req.session, { user: 'Ada' })
          req.session.save(error => (error ? next(error) : res.redirect('/')))
        })
      })
      app.get('/', (req, res) => void res.send(String((req.session as unknown as { user?: string }).user)))
    })
    const before = await app.get()
    const login = await app.get('/login', { cookie: before })
    expect(login.status).toBe(302)
    expect(readId(login)).not.toBe(readId(before))
    expect((await app.get('/', { cookie: login })).text).toBe('Ada')
    expect((await app.get('/', { cookie: before })).text).toBe('undefined')
  })
})
