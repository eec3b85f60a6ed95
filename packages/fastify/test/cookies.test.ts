import { type SessionsOptions, sessions } from '@coatcheck/fastify'
import fastifyCookie from '@fastify/cookie'
import fastify5, { type FastifyInstance } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MapStore } from '../../session/test/support/map-backend.ts'
import { clientOf, SECRET, start } from './support/app.ts'
import { versions } from './support/versions.ts'

const [[, fastify]] = versions as [(typeof versions)[0]]

function page(app: FastifyInstance): void {
  app.get('/*', async request => {
    request.session.views = (request.session.views ?? 0) + 1
    return `${request.session.views}`
  })
}

describe('beside @fastify/cookie', () => {
  it.each(['before', 'after'])(
    'cookies: those of the app and of the session go out, registered %s',
    async when => {
      const app = fastify()
      onTestFinished(() => app.close())
      if (when === 'before') await app.register(fastifyCookie, { secret: SECRET })
      await app.register(sessions, { secret: SECRET, store: new MapStore() })
      if (when === 'after') await app.register(fastifyCookie, { secret: SECRET })
      app.get('/', async (request, reply) => {
        reply.setCookie('theme', request.cookies.theme ?? 'dark').setCookie('lang', 'en', { signed: true })
        request.session.views = (request.session.views ?? 0) + 1
        return `${request.session.views}`
      })
      const { get } = clientOf(app)
      const first = await get('/')
      expect(first.setCookie.map(value => value.split('=')[0]).sort()).toEqual([
        'connect.sid',
        'lang',
        'theme',
      ])
      const second = await get('/', `theme=light; ${first.cookie}`)
      expect(second.text).toBe('2')
      expect(second.setCookie).toContainEqual(expect.stringMatching(/^theme=light/))
    },
  )
})

describe('Set-Cookie', () => {
  it('header: what the app has set stays, on the reply and on the raw response', async () => {
    const { get } = await start(fastify, app => {
      app.get('/:how', async (request, reply) => {
        if (request.url === '/raw') reply.raw.setHeader('Set-Cookie', ['a=1', 'b=2'])
        else reply.header('Set-Cookie', 'a=1').header('Set-Cookie', 'b=2')
        request.session.views = 1
        return 'ok'
      })
    })
    for (const path of ['/raw', '/reply']) {
      const { setCookie } = await get(path)
      expect(setCookie).toEqual(['a=1', 'b=2', expect.stringMatching(/^connect\.sid=s%3A/)])
    }
  })

  it('secure: follows the protocol of the request, which trustProxy tells', async () => {
    const secureOf = async (trustProxy: boolean) => {
      const { app } = await start(() => fastify5({ trustProxy }), page)
      const headers = { 'x-forwarded-proto': 'https' }
      const reply = await app.inject({ url: '/', headers })
      return /; Secure/.test(String(reply.headers['set-cookie']))
    }
    expect([await secureOf(true), await secureOf(false)]).toEqual([true, false])
  })

  it('path: requests that are not below it have no session', async () => {
    const { get } = await start(
      fastify,
      app => {
        app.get('/*', async request => {
          if (!request.session) return 'none'
          request.session.views = 1
          return 'session'
        })
      },
      { cookie: { path: '/shop' } },
    )
    expect((await get('/shop/cart?a=1')).text).toBe('session')
    expect(await get('/?next=/shop')).toMatchObject({ text: 'none', setCookie: [] })
  })

  it('path: the target of a request may be no path', async () => {
    const { app } = await start(fastify, page)
    const reply = await app.inject({ method: 'OPTIONS', url: '*' as '/' })
    expect(reply.statusCode).toBe(404)
    expect((await app.inject('//a/b')).statusCode).toBe(200)
  })
})

describe('functions of the request', () => {
  it("options: genid, cookie, onError, onConflict and onStoreUnavailable are given Fastify's", async () => {
    const urls: string[] = []
    const options: Partial<SessionsOptions> = {
      genid(request) {
        urls.push(`genid ${request.url}`)
        return 'an-id-of-the-app'
      },
      cookie(request) {
        urls.push(`cookie ${request.url}`)
        return { maxAge: 60_000 }
      },
      onError: (error, request) => urls.push(`${error.message} ${request.url}`),
      onStoreUnavailable(error, request) {
        urls.push(`${error.message} ${request.url}`)
        return 'skip'
      },
    }
    const { get, store } = await start(
      fastify,
      app => {
        app.get('/', async request => {
          if (!request.session) return 'none'
          request.session.views = 1
          return 'session'
        })
      },
      options,
    )
    const { cookie } = await get('/')
    expect(cookie).toMatch(/^connect\.sid=s%3Aan-id-of-the-app\./)
    expect(new Set(urls)).toEqual(new Set(['cookie /', 'genid /']))
    urls.length = 0
    store.failing = { touch: new Error('read only'), update: new Error('read only') }
    await get('/', cookie)
    expect(urls).toContain('read only /')
    store.failing = { read: new Error('store down') }
    expect((await get('/', cookie)).text).toBe('none')
    expect(urls).toContain('store down /')
  })

  it('options: onConflict is given the keys and the request', async () => {
    const heard: unknown[] = []
    const { get, store } = await start(
      fastify,
      app => {
        app.get('/', async request => {
          request.session.user = 'Ada'
          return 'hello'
        })
        app.get('/late', async request => {
          request.session.user = 'Grace'
          for (const row of store.rows.values()) row.data = row.data.replace('Ada', 'Eve')
          return 'late'
        })
      },
      { onConflict: ({ keys }, request) => heard.push([keys, request.url]) },
    )
    const { cookie } = await get('/')
    await get('/late', cookie)
    expect(heard).toEqual([[['user'], '/late']])
  })
})

describe('wrong options', () => {
  it.each([
    [{ secret: undefined }, /secret option is required/],
    [{ secret: { sign() {}, unsign() {} } }, /secret option must be a string, bytes or a KeyObject/],
    [{ store: undefined }, /store option is required/],
    [{ cookiePrefix: 'f:' }, /cookiePrefix option must be "s:" or ""/],
    [{ cookieName: 'a' }, /"cookieName" of @fastify\/session is "name" here/],
    [{ idGenerator() {} }, /"idGenerator" of @fastify\/session is "genid" here/],
    [{ saveUninitialized: false }, /"saveUninitialized" is not an option of createSessions/],
    [{ storeTimeOut: 1 }, /did you mean "storeTimeout"/],
    [{ genid: 'id' }, /genid option must be a function/],
    [{ secure: true }, /no option "secure": set "trustProxy"/],
  ])('option: %o is refused by register()', async (option, message) => {
    const starting = start(fastify, () => {}, option as never)
    await expect(starting).rejects.toThrow(TypeError)
    await expect(start(fastify, () => {}, option as never)).rejects.toThrow(message)
  })
})
