import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { createSessions } from '@coatcheck/session/fetch'
import fastifyExpress from '@fastify/express'
import middie from '@fastify/middie'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import Fastify, { type FastifyInstance } from 'fastify'
import { H3, redirect, toResponse } from 'h3'
import { toNodeHandler } from 'h3/node'
import { createApp, eventHandler, fromNodeMiddleware, sendRedirect, toNodeListener } from 'h3v1'
import { Hono } from 'hono'
import Koa from 'koa'
import koaConnect from 'koa-connect'

/** A session of express-session or of ours, of either door. */
export interface AnySession {
  user?: string
  views?: number
  regenerate(done?: (error?: unknown) => void): unknown
  destroy(done?: (error?: unknown) => void): unknown
  save(done?: (error?: unknown) => void): unknown
}

export type Middleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => unknown

type Action = (session: () => AnySession) => string | Promise<string>

const done = (call: (done: (error?: unknown) => void) => unknown) =>
  new Promise<void>((resolve, reject) => void call(error => (error ? reject(error) : resolve())))

const count: Action = session => {
  const current = session()
  current.views = (current.views ?? 0) + 1
  return `views ${current.views}`
}

/** What a page does with the session of its request, and the text that it answers with. */
export const pages: Record<string, Action> = {
  '/': session => `${session().user ?? 'nobody'} ${session().views ?? 0}`,
  '/count': count,
  '/redirect': count,
  '/stream'(session) {
    count(session)
    return 'ab'
  },
  '/fail': () => {
    throw new Error('oops')
  },
  async '/login'(session) {
    await done(callback => session().regenerate(callback))
    session().user = 'Ada'
    return 'hello'
  },
  async '/logout'(session) {
    await done(callback => session().destroy(callback))
    return 'bye'
  },
}

const sessionOf = (req: IncomingMessage) => (req as IncomingMessage & { session: AnySession }).session

/** Apps with a middleware of Connect's kind, each as its framework's own page says. */
export const apps: Record<string, (middleware: Middleware) => Server | Promise<Server>> = {
  async '@fastify/middie'(middleware) {
    const app = Fastify()
    await app.register(middie)
    app.use(middleware)
    return fastifyPages(app)
  },

  async '@fastify/express'(middleware) {
    const app = Fastify()
    await app.register(fastifyExpress)
    app.use(middleware as never)
    return fastifyPages(app)
  },

  'koa-connect'(middleware) {
    const app = new Koa()
    app.silent = true
    app.use(koaConnect(middleware as never))
    app.use(async ctx => {
      const page = pages[ctx.path]
      if (!page) return
      const text = await page(() => sessionOf(ctx.req))
      if (ctx.path === '/redirect') return ctx.redirect('/')
      ctx.body = ctx.path === '/stream' ? Readable.from([...text]) : text
    })
    return createServer(app.callback())
  },

  '@hono/node-server'(middleware) {
    const app = new Hono<{ Bindings: HttpBindings }>()
    app.onError((error, c) => c.text(error.message, 500))
    for (const [path, page] of Object.entries(pages)) {
      app.all(path, async c => {
        const text = await page(() => sessionOf(c.env.incoming))
        if (path === '/redirect') return c.redirect('/')
        return path === '/stream' ? c.body(streamOf(text)) : c.text(text)
      })
    }
    const handle = getRequestListener(app.fetch as never)
    return createServer((req, res) => {
      middleware(req, res, error => {
        if (error) res.writeHead(500).end('The session failed')
        else handle(req, res)
      })
    })
  },

  'h3 1'(middleware) {
    const app = createApp({ onError() {} })
    app.use(fromNodeMiddleware(middleware as never))
    app.use(
      eventHandler(async event => {
        const page = pages[event.path]
        if (!page) return
        const text = await page(() => sessionOf(event.node.req))
        if (event.path === '/redirect') return sendRedirect(event, '/')
        return event.path === '/stream' ? Readable.from([...text]) : text
      }),
    )
    return createServer(toNodeListener(app))
  },
}

type FetchSessions = ReturnType<typeof createSessions<{ user: string; views: number }>>

/** Apps on `@coatcheck/session/fetch`. */
export const fetchApps: Record<string, (sessions: FetchSessions) => Server> = {
  hono(sessions) {
    const app = new Hono<{ Variables: { session: AnySession } }>()
    app.use(async (c, next) => {
      const opened = await sessions.open(c.req.raw)
      c.set('session', opened.session as AnySession)
      await next()
      c.res = await opened.commit(c.res)
    })
    app.onError((error, c) => c.text(error.message, 500))
    for (const [path, page] of Object.entries(pages)) {
      app.all(path, async c => {
        const text = await page(() => c.get('session'))
        if (path === '/redirect') return c.redirect('/')
        return path === '/stream' ? c.body(streamOf(text)) : c.text(text)
      })
    }
    return createServer(getRequestListener(app.fetch))
  },

  h3(sessions) {
    const app = new H3({ silent: true })
    app.use(async (event, next) => {
      const opened = await sessions.open(event.req as Request)
      event.context.session = opened.session
      return opened.commit(await toResponse(await next(), event))
    })
    for (const [path, page] of Object.entries(pages)) {
      app.all(path, async event => {
        const text = await page(() => event.context.session as AnySession)
        if (path === '/redirect') return redirect('/')
        return path === '/stream' ? streamOf(text) : text
      })
    }
    return createServer(toNodeHandler(app) as never)
  },
}

async function fastifyPages(app: FastifyInstance): Promise<Server> {
  for (const [path, page] of Object.entries(pages)) {
    app.all(path, async (request, reply) => {
      const text = await page(() => sessionOf(request.raw))
      if (path === '/redirect') return reply.redirect('/')
      return path === '/stream' ? reply.send(Readable.from([...text])) : text
    })
  }
  await app.ready()
  return app.server
}

function streamOf(text: string): ReadableStream {
  return new Blob([text]).stream()
}
