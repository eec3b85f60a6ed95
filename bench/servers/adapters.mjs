// A server of a framework for a child process: without sessions, with our adapter, or with what its users take today.
import { sessions as fastifySessions } from '@coatcheck/fastify'
import { sessions as honoSessions, honoStore } from '@coatcheck/hono'
import { sessions as koaSessions, koaStore } from '@coatcheck/koa'
import { createSessions } from '@coatcheck/session/fetch'
import { MemoryStore } from '@coatcheck/store-memory'
import cookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { serve } from '@hono/node-server'
import fastify from 'fastify'
import { Hono } from 'hono'
import { sessionMiddleware } from 'hono-sessions'
import { getIronSession } from 'iron-session'
import Koa from 'koa'
import koaSession from 'koa-session'
import { answerParent, usageOf } from './answers.mjs'
import { makeData } from './app.mjs'

// `{ framework, sessions }`: a key of `SERVERS`, and `bare`, `coatcheck` or `peer`.
const { framework, sessions: kind } = JSON.parse(process.argv[2])

const secret = 'a secret for benchmarks only, 32 characters or more'
const maxAge = 86_400_000
const store = new MemoryStore()
const ours = { secret, store, cookie: { maxAge } }
const data = makeData()
const TEXT = `Hello, ${data.user.name}`
const PATHS = ['/new', '/read', '/write']
let views = 0
let requests = 0

/** What a page does with a session whose data are its own properties. Throws when it is not the session that was made. */
function visit(session, path) {
  requests++
  if (kind === 'bare') return TEXT
  if (path === '/new') Object.assign(session, data)
  if (path === '/write') session.views = ++views
  return greet(session.user)
}

function greet(user) {
  if (user?.name !== data.user.name) throw new Error('The session is missing')
  return TEXT
}

/** Each serves the pages on a free port, and returns the port. */
const SERVERS = {
  async fastify() {
    const app = fastify()
    if (kind === 'coatcheck') await app.register(fastifySessions, ours)
    if (kind === 'peer') {
      await app.register(cookie)
      await app.register(fastifySession, {
        ...ours,
        cookie: { maxAge, secure: false },
        saveUninitialized: false,
        rolling: false,
      })
    }
    for (const path of PATHS) app.all(path, async request => visit(request.session, path))
    return new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port
  },

  hono() {
    const app = new Hono()
    if (kind === 'coatcheck') app.use(honoSessions(ours))
    if (kind === 'peer') {
      app.use(sessionMiddleware({ store: honoStore(store), expireAfterSeconds: maxAge / 1000 }))
    }
    for (const path of PATHS) {
      app.all(path, c =>
        c.text(kind === 'peer' ? visitHonoSession(c.get('session'), path) : visit(c.get('session'), path)),
      )
    }
    return served(app.fetch)
  },

  koa() {
    const app = new Koa()
    app.keys = [secret]
    if (kind === 'coatcheck') app.use(koaSessions(ours))
    if (kind === 'peer') app.use(koaSession({ store: koaStore(store), maxAge }, app))
    app.use(ctx => {
      ctx.body = visit(ctx.session, ctx.path)
    })
    return new Promise(resolve => {
      const server = app.listen(0, '127.0.0.1', () => resolve(server.address().port))
    })
  },

  fetch() {
    const page = (request, session) => new Response(visit(session, new URL(request.url).pathname))
    if (kind === 'bare') return served(page)
    if (kind === 'coatcheck') return served(createSessions(ours).handle(page))
    const sealed = {
      password: secret,
      cookieName: 'iron',
      ttl: maxAge / 1000,
      cookieOptions: { secure: false },
    }
    return served(async request => {
      const headers = new Headers()
      const session = await getIronSession(request, { headers }, sealed)
      const { pathname } = new URL(request.url)
      const text = visit(session, pathname)
      if (pathname !== '/read') await session.save()
      return new Response(text, { headers })
    })
  },
}

function visitHonoSession(session, path) {
  requests++
  if (path === '/new') for (const [key, value] of Object.entries(data)) session.set(key, value)
  if (path === '/write') session.set('views', ++views)
  return greet(session.get('user'))
}

function served(fetch) {
  return new Promise(resolve => {
    serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port))
  })
}

answerParent({ usage: () => usageOf(requests) })
process.send({ port: await SERVERS[framework]() })
