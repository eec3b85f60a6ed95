import { type SessionsOptions, sessions } from '@coatcheck/hono'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { testClient } from 'hono/testing'
import { describe, expect, it } from 'vitest'
import { dataIn, MapStore } from '../../session/test/support/map-backend.ts'
import { cookieOf, type Env, SECRET, start, type Visitor } from './support/app.ts'

const COOKIE = expect.stringMatching(/^connect\.sid=s%3A/)

describe('errors', () => {
  it.each([
    ['an error', new Error('oops'), 500],
    ['an HTTPException', new HTTPException(403, { message: 'oops' }), 500],
  ])('page of %s: what the handler has changed before is saved, and the cookie sent', async (_, error) => {
    const { get, store } = start(app => {
      app.get('/', c => {
        c.get('session').name = 'Ada'
        throw error
      })
    })
    const response = await get('/')
    expect([response.status, await response.text()]).toEqual([500, 'error: oops'])
    expect(response.headers.getSetCookie()).toEqual([COOKIE])
    expect(dataIn(store)).toEqual([{ name: 'Ada' }])
  })

  it('failed save: nothing of the page goes out with the error, and headers of other middleware do', async () => {
    const store = new MapStore()
    store.failing = { write: new Error('disk full') }
    const app = new Hono<Env>()
    app.use(cors({ origin: 'https://example.com' }))
    app.use(sessions<Visitor>({ secret: SECRET, store }))
    app.onError((error, c) => {
      c.header('X-Failed', 'yes')
      return c.text(`error: ${error.message}`, 500)
    })
    app.get('/', c => {
      c.get('session').name = 'Ada'
      c.header('Cache-Control', 'max-age=60')
      c.header('ETag', '"1"')
      return c.redirect('/welcome')
    })
    const response = await app.request('/', { headers: { Origin: 'https://example.com' } })
    expect([response.status, await response.text()]).toEqual([500, 'error: disk full'])
    expect(Object.fromEntries(response.headers)).toEqual({
      'access-control-allow-origin': 'https://example.com',
      'content-type': 'text/plain; charset=UTF-8',
      vary: 'Origin',
      'x-failed': 'yes',
    })
  })

  it("failed save: with onSaveError: 'continue' the page goes out, and onError is told", async () => {
    const heard: unknown[] = []
    const store = new MapStore()
    store.failing = { write: new Error('disk full') }
    const { get } = start(
      app => {
        app.get('/', c => {
          c.get('session').name = 'Ada'
          return c.text('hello')
        })
      },
      {
        store,
        onSaveError: 'continue',
        onError: (error, c) => heard.push([error.message, c.req.path]),
      },
    )
    expect(await (await get('/')).text()).toBe('hello')
    expect(heard).toEqual([['disk full', '/']])
  })

  it('page that is not found: its handler has the session', async () => {
    const { get, store } = start(app => {
      app.notFound(c => {
        c.get('session').views = 1
        return c.text('nothing here', 404)
      })
    })
    const response = await get('/missing')
    expect([response.status, await response.text()]).toEqual([404, 'nothing here'])
    expect(dataIn(store)).toEqual([{ views: 1 }])
  })
})

describe('responses', () => {
  it('immutable headers: the cookie of the session and those of the page are sent', async () => {
    const { get } = start(app => {
      app.get('/', c => {
        c.get('session').name = 'Ada'
        // The headers of a response from `fetch` are immutable, as those of `Response.redirect`.
        const page = Response.redirect('http://localhost/welcome')
        return new Proxy(page, {
          get(target, key) {
            if (key !== 'headers') return Reflect.get(target, key, target)
            return immutable({ location: '/welcome', 'set-cookie': 'theme=dark' })
          },
        })
      })
    })
    const response = await get('/')
    expect(response.headers.getSetCookie()).toEqual(['theme=dark', COOKIE])
    expect(response.headers.get('location')).toBe('/welcome')
  })

  it('redirect of Response: goes out with the cookie', async () => {
    const { get } = start(app => {
      app.get('/', c => {
        c.get('session').name = 'Ada'
        return Response.redirect('http://localhost/welcome')
      })
    })
    const response = await get('/')
    expect([response.status, response.headers.get('location')]).toEqual([302, 'http://localhost/welcome'])
    expect(response.headers.getSetCookie()).toEqual([COOKIE])
  })

  it('middleware around it: sees the cookie', async () => {
    const seen: string[][] = []
    const app = new Hono<Env>()
    app.use(async (c, next) => {
      await next()
      seen.push(c.res.headers.getSetCookie())
    })
    app.use(sessions<Visitor>({ secret: SECRET, store: new MapStore() }))
    app.get('/', c => {
      c.get('session').name = 'Ada'
      return c.text('hello')
    })
    await app.request('/')
    expect(seen).toEqual([[COOKIE]])
  })

  it('HEAD: has the headers of the page', async () => {
    const { app } = start(app => {
      app.get('/', c => {
        c.get('session').name = 'Ada'
        return c.text('hello')
      })
    })
    const response = await app.request('/', { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(response.headers.getSetCookie()).toEqual([COOKIE])
  })
})

describe('the variable', () => {
  it('middleware twice: a mounted app with sessions of its own has those of the outer app', async () => {
    const inner = start(app => {
      app.get('/', c => {
        c.get('session').views = (c.get('session').views ?? 0) + 1
        return c.text(`views: ${c.var.session.views}`)
      })
    })
    const { get, store } = start(app => app.route('/shop', inner.app))
    const first = await get('/shop')
    expect(first.headers.getSetCookie()).toEqual([COOKIE])
    expect(await (await get('/shop', cookieOf(first))).text()).toBe('views: 2')
    expect([dataIn(store), dataIn(inner.store)]).toEqual([[{ views: 2 }], []])
  })

  it('destroy: afterwards it has no data, and cannot be given any', async () => {
    const { get, store } = start(app => {
      app.get('/', c => {
        c.get('session').name = 'Ada'
        return c.text('hello')
      })
      app.get('/logout', async c => {
        const was = await c.var.session.destroy()
        expect(c.var.session.name).toBeUndefined()
        expect(() => {
          c.var.session.name = 'Bob'
        }).toThrow('The session was destroyed')
        return c.text(String(was))
      })
    })
    const response = await get('/logout', cookieOf(await get('/')))
    expect([response.status, await response.text(), store.rows.size]).toEqual([200, 'true', 0])
  })

  it('path: below cookie.path there is a session, elsewhere none', async () => {
    const { get } = start(app => app.get('*', c => c.text(typeof c.get('session'))), {
      cookie: { path: '/shop' },
    })
    expect(await (await get('/')).text()).toBe('undefined')
    expect(await (await get('/shop/cart')).text()).toBe('object')
  })

  it('hono/testing: a typed client keeps its session', async () => {
    const app = new Hono()
      .use(sessions<Visitor>({ secret: SECRET, store: new MapStore() }))
      .get('/count', c => {
        const views = (c.var.session.views ?? 0) + 1
        c.var.session.views = views
        return c.json({ views })
      })
    const client = testClient(app)
    const first = await client.count.$get()
    expect(await first.json()).toEqual({ views: 1 })
    const second = await client.count.$get({}, { headers: { cookie: cookieOf(first as never) } })
    expect(await second.json()).toEqual({ views: 2 })
  })
})

describe('options', () => {
  const page = (app: Hono<Env>) =>
    app.get('/', c => {
      c.get('session').name = 'Ada'
      return c.text('hello')
    })

  it('functions of the request: are given the context', async () => {
    const { get } = start(page, {
      genid: c => `id-of-${c.req.query('user')}`,
      cookie: c => ({ maxAge: Number(c.req.query('age')), secure: false }),
    })
    const [cookie] = (await get('/?user=7&age=5000')).headers.getSetCookie()
    expect(cookie).toMatch(/^connect\.sid=s%3Aid-of-7\..*; Expires=/)
  })

  it.each([
    ['http://localhost/', {}, false],
    ['https://localhost/', {}, true],
    ['http://localhost/', { secure: true }, true],
    ['http://localhost/', { secure: c => c.req.header('X-Forwarded-Proto') === 'https' }, true],
  ] as [string, Partial<SessionsOptions>, boolean][])('secure: %s with %o', async (url, options, secure) => {
    const { app } = start(page, options)
    const response = await app.request(url, { headers: { 'X-Forwarded-Proto': 'https' } })
    expect(response.headers.getSetCookie()[0]!.includes('; Secure')).toBe(secure)
  })

  it.each([
    ['secret option is required', undefined],
    ['store option is required', { secret: SECRET }],
    ['did you mean "secure"', { secret: SECRET, store: new MapStore(), seccure: true }],
    ['secure option must be', { secret: SECRET, store: new MapStore(), secure: 'yes' }],
  ])('wrong option: %s', (message, options) => {
    expect(() => sessions(options as never)).toThrow(message)
  })
})

function immutable(init: Record<string, string>): Headers {
  const headers = new Headers(init)
  headers.delete = () => {
    throw new TypeError('immutable')
  }
  return headers
}
