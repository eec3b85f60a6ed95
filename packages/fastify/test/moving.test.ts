import { type SessionsOptions, sessions } from '@coatcheck/fastify'
import { MemoryStore } from '@coatcheck/session'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import expressSession from 'express-session'
import fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MapStore } from '../../session/test/support/map-backend.ts'
import { type Client, clientOf, SECRET } from './support/app.ts'

const COOKIE = { maxAge: 3_600_000, secure: false, sameSite: 'lax' } as const

function withPages(app: FastifyInstance): Client {
  onTestFinished(() => app.close())
  app.get('/login', async request => {
    request.session.user = 'Ada'
    return 'hello'
  })
  app.get('/', async request => request.session.user ?? 'nobody')
  app.get('/count', async request => {
    request.session.views = (request.session.views ?? 0) + 1
    return `${request.session.user} ${request.session.views}`
  })
  app.get('/logout', async request => {
    await request.session.destroy()
    return 'bye'
  })
  return clientOf(app)
}

async function theirs(store: object, options: object = {}): Promise<Client> {
  const app = fastify()
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    secret: SECRET,
    saveUninitialized: false,
    cookie: COOKIE,
    store: store as never,
    ...options,
  })
  return withPages(app)
}

async function ours(store: object, options: Partial<SessionsOptions> = {}): Promise<Client> {
  const app = fastify()
  const all = { secret: SECRET, name: 'sessionId', cookie: COOKIE, store: store as MapStore, ...options }
  await app.register(sessions, all)
  return withPages(app)
}

const stores: [name: string, make: () => object][] = [
  ['a store of this family', () => new MapStore()],
  ['our MemoryStore', () => new MemoryStore()],
  ["express-session's MemoryStore", () => new expressSession.MemoryStore()],
]

describe.each(stores)('moving from @fastify/session, with %s', (_, make) => {
  it('user: stays logged in, writes and logs out', async () => {
    const store = make()
    const { cookie } = await (await theirs(store)).get('/login')
    const { get } = await ours(store)
    expect((await get('/', cookie)).text).toBe('Ada')
    expect((await get('/count', cookie)).text).toBe('Ada 1')
    expect((await get('/count', cookie)).text).toBe('Ada 2')
    expect((await get('/logout', cookie)).text).toBe('bye')
    expect((await get('/', cookie)).text).toBe('nobody')
  })

  it.each(['', 's:'] as const)(
    'both at once: each reads what the other writes, with cookiePrefix %j',
    async cookiePrefix => {
      const store = make()
      const [old, next] = [await theirs(store, { cookiePrefix }), await ours(store, { cookiePrefix })]
      const { cookie } = await next.get('/login')
      expect((await old.get('/', cookie)).text).toBe('Ada')
      expect((await old.get('/count', cookie)).text).toBe('Ada 1')
      expect((await next.get('/count', cookie)).text).toBe('Ada 2')
      expect((await old.get('/count', cookie)).text).toBe('Ada 3')
    },
  )
})

describe('the cookie of @fastify/session', () => {
  it('secret: one of an older secret is accepted, and sent again with the newest', async () => {
    const store = new MapStore()
    const { cookie } = await (await theirs(store)).get('/login')
    const newer = 'a newer secret of thirty-two chars!'
    const reply = await (await ours(store, { secret: [newer, SECRET] })).get('/', cookie)
    expect([reply.text, reply.setCookie.length]).toEqual(['Ada', 1])
    expect((await (await ours(store, { secret: newer })).get('/', reply.cookie)).text).toBe('Ada')
  })

  it('secret: one of another secret is not accepted', async () => {
    const store = new MapStore()
    const { cookie } = await (await theirs(store)).get('/login')
    const { get } = await ours(store, { secret: 'another secret of thirty-two chars' })
    expect((await get('/', cookie)).text).toBe('nobody')
    expect((await get('/', `${cookie}x`)).text).toBe('nobody')
  })

  it('header: it is found among others, and others are left alone', async () => {
    const store = new MapStore()
    const { cookie } = await (await theirs(store)).get('/login')
    const { get } = await ours(store)
    for (const header of [
      `a=1; ${cookie}; b=2`,
      `old_sessionId=1;${cookie}`,
      cookie.replace(/=(.*)/, '="$1"'),
      cookie.replace(/=(.*)/, '=s:$1'),
      cookie.replace(/=(.*)/, '=s%3a$1'),
    ]) {
      expect([header, (await get('/', header)).text]).toEqual([header, 'Ada'])
    }
  })

  it('name: one with special characters is taken literally', async () => {
    const store = new MapStore()
    const { cookie } = await (await theirs(store, { cookieName: 'a.b*c' })).get('/login')
    const { get } = await ours(store, { name: 'a.b*c' })
    expect((await get('/', cookie)).text).toBe('Ada')
    expect((await get('/', cookie.replace('a.b*c', 'axb*c'))).text).toBe('nobody')
  })

  it('cookiePrefix: an expired cookie and cookies of others go out as they are', async () => {
    const store = new MapStore()
    const { get } = await ours(store, { cookiePrefix: '' })
    const { cookie, setCookie } = await get('/login')
    expect(setCookie[0]).toMatch(/^sessionId=[\w-]+\.[\w%-]+; /)
    expect((await get('/logout', cookie)).setCookie).toEqual([
      expect.stringMatching(/^sessionId=;.*Expires=Thu, 01 Jan 1970/),
    ])
  })
})
