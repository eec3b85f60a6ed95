import { once } from 'node:events'
import { request } from 'node:http'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type SessionsOptions, sessions } from '@coatcheck/koa'
import { bearer } from '@coatcheck/session'
import type Koa from 'koa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dataIn, MapStore } from '../../session/test/support/map-backend.ts'
import { type App, clientOf, listen, SECRET, start } from './support/app.ts'
import { versions } from './support/versions.ts'

const COOKIE = expect.stringMatching(/^connect\.sid=s%3A/)

const hello: Parameters<App['use']>[0] = ctx => {
  ctx.session.name = 'Ada'
  ctx.body = 'hello'
}

describe.each(versions)('errors on %s', (_, koa) => {
  it("error page of Koa: the session is saved, and its cookie sent beside the error's headers", async () => {
    const { get, store } = await start(koa, {
      '/': ctx => {
        ctx.session.name = 'Ada'
        ctx.set('Set-Cookie', 'theme=dark')
        throw Object.assign(new Error('oops'), { headers: { 'X-Reason': 'test' } })
      },
      '/frozen': ctx => {
        ctx.session.name = 'Ada'
        throw Object.freeze(new Error('oops'))
      },
    })
    const { status, setCookie, headers } = await get('/')
    expect([status, setCookie, headers.get('X-Reason')]).toEqual([500, [COOKIE], 'test'])
    expect(dataIn(store)).toEqual([{ name: 'Ada' }])
  })

  it('error page of Koa: has the token of a session whose id is sent in a header', async () => {
    const transport = bearer()
    const { get } = await start(
      koa,
      {
        '/': ctx => {
          ctx.session.name = 'Ada'
          throw new Error('oops')
        },
        '/me': ctx => {
          ctx.body = ctx.session.name
        },
      },
      { transport },
    )
    const { status, headers, setCookie } = await get('/')
    expect([status, setCookie]).toEqual([500, []])
    const { text } = await get('/me', '', { authorization: `Bearer ${headers.get('X-Auth-Token')}` })
    expect(text).toBe('Ada')
  })

  it('error handler of the app: finds the cookie in the response', async () => {
    const app = koa()
    const store = new MapStore()
    app.use(async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        ctx.status = 400
        ctx.body = `error: ${(error as Error).message}`
      }
    })
    app.use(sessions({ secret: SECRET, store }) as Koa.Middleware)
    app.use(ctx => {
      ctx.session.name = 'Ada'
      throw new Error('oops')
    })
    const { get } = await clientOf(app)
    const answer = await get('/')
    expect([answer.status, answer.text, answer.setCookie]).toEqual([400, 'error: oops', [COOKIE]])
  })

  it('failed save: the error page of Koa, without a cookie', async () => {
    const store = new MapStore()
    store.failing = { write: new Error('disk full') }
    const { get } = await start(koa, { '/': hello }, { store })
    const { status, text, setCookie } = await get('/')
    expect([status, text, setCookie]).toEqual([500, 'Internal Server Error', []])
  })

  it('failed save: nothing of the page goes out with the error, and headers of other middleware do', async () => {
    const app = koa()
    const store = new MapStore()
    store.failing = { write: new Error('disk full') }
    app.use(async (ctx, next) => {
      ctx.set('Access-Control-Allow-Origin', '*')
      try {
        await next()
      } catch (error) {
        expect(ctx.status).toBe(500)
        ctx.body = `error: ${(error as Error).message}`
      }
    })
    app.use(sessions({ secret: SECRET, store }) as Koa.Middleware)
    app.use(ctx => {
      ctx.session.name = 'Ada'
      ctx.etag = '"1"'
      ctx.set('Cache-Control', 'max-age=60')
      ctx.redirect('/welcome')
    })
    const { get } = await clientOf(app)
    const { status, text, headers } = await get('/')
    expect([status, text]).toEqual([500, 'error: disk full'])
    const names = [...headers.keys()].filter(name => !['connection', 'date', 'keep-alive'].includes(name))
    expect(names).toEqual(['access-control-allow-origin', 'content-length', 'content-type'])
    expect(headers.get('content-type')).toMatch(/^text\/plain/)
  })

  it('failed save: an error handler that sets no body does not send the page', async () => {
    const app = koa()
    const store = new MapStore()
    store.failing = { write: new Error('disk full') }
    app.use((_, next) => next().catch(() => {}))
    app.use(sessions({ secret: SECRET, store }) as Koa.Middleware)
    app.use(hello as unknown as Koa.Middleware)
    const { get } = await clientOf(app)
    const { status, text } = await get('/')
    expect([status, text]).toEqual([500, ''])
  })

  it('failed save: the stream of the page is destroyed', async () => {
    const store = new MapStore()
    store.failing = { write: new Error('disk full') }
    const body = new PassThrough()
    const page: Parameters<App['use']>[0] = ctx => {
      ctx.session.name = 'Ada'
      ctx.body = body
    }
    const { get } = await start(koa, { '/': page }, { store })
    expect((await get('/')).status).toBe(500)
    await expect.poll(() => body.destroyed, { timeout: 30_000 }).toBe(true)
  })

  it('failed read: the error page of Koa', async () => {
    const store = new MapStore()
    const { get } = await start(koa, { '/': hello }, { store })
    const { cookie } = await get('/')
    store.failing = { all: new Error('store down') }
    expect((await get('/', cookie)).status).toBe(500)
  })
})

describe.each(versions)('streams on %s', (_, koa) => {
  it('stream: begins when the session is saved, before the stream has ended', async () => {
    const body = new PassThrough()
    const { app, store } = await start(koa, {
      '/': ctx => {
        ctx.session.name = 'Ada'
        ctx.body = body
        body.write('one ')
      },
    })
    const response = await fetch(await listen(app as unknown as Koa))
    expect(response.headers.getSetCookie()).toEqual([COOKIE])
    expect(dataIn(store)).toEqual([{ name: 'Ada' }])
    body.end('two')
    expect(await response.text()).toBe('one two')
  })

  it('SSE: save() stores what an event has changed', async () => {
    const { get, store } = await start(koa, {
      '/': hello,
      '/events': ctx => {
        const { session } = ctx
        ctx.type = 'text/event-stream'
        ctx.body = Readable.from(
          (async function* () {
            for (const views of [1, 2]) {
              session.views = views
              await session.save()
              yield `data: ${views}\n\n`
            }
          })(),
        )
      },
    })
    const { cookie } = await get('/')
    expect((await get('/events', cookie)).text).toBe('data: 1\n\ndata: 2\n\n')
    expect(dataIn(store)).toEqual([{ name: 'Ada', views: 2 }])
  })
})

describe.each(versions)('requests on %s', (_, koa) => {
  it('middleware twice: the first one has the session', async () => {
    const app = koa()
    const [first, second] = [new MapStore(), new MapStore()]
    for (const store of [first, second]) app.use(sessions({ secret: SECRET, store }) as Koa.Middleware)
    app.use(hello as unknown as Koa.Middleware)
    const { get } = await clientOf(app)
    expect((await get('/')).setCookie).toEqual([COOKIE])
    expect([first.rows.size, second.rows.size]).toEqual([1, 0])
  })

  it('HTTP/2: a session is kept', async () => {
    const { app } = await start(koa, {
      '/': ctx => {
        ctx.session.views = (ctx.session.views ?? 0) + 1
        ctx.body = `views: ${ctx.session.views}`
      },
    })
    const server = createServer(app.callback()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(() => {
      client.close()
      server.close()
    })
    const get = async (cookie = '') => {
      const stream = client.request({ ':path': '/', cookie })
      const [headers] = await once(stream, 'response')
      return { text: await text(stream), cookie: String(headers['set-cookie']).split(';')[0]! }
    }
    const first = await get()
    expect(first.text).toBe('views: 1')
    expect((await get(first.cookie)).text).toBe('views: 2')
  })

  it('path: below cookie.path there is a session, elsewhere it is null', async () => {
    const page: Parameters<App['use']>[0] = ctx => {
      ctx.body = String(ctx.session && 'session')
    }
    const { get } = await start(koa, { '/': page, '/shop/cart': page }, { cookie: { path: '/shop' } })
    expect((await get('/')).text).toBe('null')
    expect((await get('/shop/cart')).text).toBe('session')
  })

  it.each([
    ['GET', 'http://example.com/shop', 'session'],
    ['GET', '//example.com/shop', 'null'],
    ['OPTIONS', '*', 'null'],
  ])('target: %s %s', async (method, path, expected) => {
    const app = koa()
    app.use(sessions({ secret: SECRET, store: new MapStore(), cookie: { path: '/shop' } }) as Koa.Middleware)
    app.use(ctx => {
      ctx.body = String(ctx.session && 'session')
    })
    const { port } = new URL(await listen(app))
    const answer = await new Promise<string>((resolve, reject) => {
      request({ port, method, path }, response => text(response).then(resolve, reject))
        .on('error', reject)
        .end()
    })
    expect(answer).toBe(expected)
  })

  it.each([
    ['plain HTTP', false, {}, false],
    ['a proxy that app.proxy trusts', true, {}, true],
    ['secure: true', false, { secure: true }, true],
    ['a function of the context', false, { secure: ctx => ctx.get('X-Forwarded-Proto') === 'https' }, true],
  ] as [string, boolean, Partial<SessionsOptions>, boolean][])(
    'secure: %s',
    async (_, proxy, options, secure) => {
      const { app, get } = await start(koa, { '/': hello }, options)
      app.proxy = proxy
      const { setCookie } = await get('/', '', { 'X-Forwarded-Proto': 'https' })
      expect(setCookie[0]!.includes('; Secure')).toBe(secure)
    },
  )

  it('functions of the request: are given the context', async () => {
    const heard: unknown[] = []
    const store = new MapStore()
    const { get } = await start(
      koa,
      { '/': hello },
      {
        store,
        genid: ctx => `id-of-${ctx.query.user}`,
        cookie: ctx => ({ maxAge: Number(ctx.query.age), secure: false }),
        onSaveError: 'continue',
        onError: (error, ctx) => heard.push([error.message, ctx.path]),
      },
    )
    const [cookie] = (await get('/?user=7&age=5000')).setCookie
    expect(cookie).toMatch(/^connect\.sid=s%3Aid-of-7\..*; Expires=/)
    store.failing = { write: new Error('disk full') }
    expect((await get('/?user=8&age=5000')).text).toBe('hello')
    expect(heard).toEqual([['disk full', '/']])
  })
})

it.each([
  ['secret option is required', undefined],
  ['store option is required', { secret: SECRET }],
  ['did you mean "rolling"', { secret: SECRET, store: new MapStore(), roling: true }],
  ['The option "key" of koa-session is "name" here', { secret: SECRET, store: new MapStore(), key: 'id' }],
  ['"maxAge" of koa-session is "cookie.maxAge"', { secret: SECRET, store: new MapStore(), maxAge: 1000 }],
])('wrong option: %s', (message, options) => {
  expect(() => sessions(options as never)).toThrow(message)
})
