import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type SessionOptions, session } from '@coatcheck/session'
import express from 'express'
import { onTestFinished } from 'vitest'

type Handler = express.RequestHandler
interface Visitor {
  user?: string
  views?: number
  destroy(done: (error?: unknown) => void): unknown
  regenerate(options: { data: object }): Promise<unknown>
}

const visitorOf = (req: express.Request): Visitor => (req as unknown as { session: Visitor }).session

export const SECRET = 'a secret for tests'

/** Our middleware as a new app has it. */
export function strict(options: SessionOptions): Handler {
  return session.strict({ secret: SECRET, cookie: { maxAge: 60_000 }, ...options }) as unknown as Handler
}

/** An Express 5 app that counts views. Its sessions may be replaced while it runs. */
export async function startApp(sessions: Handler) {
  let current = sessions
  const app = express()
  app.use((req, res, next) => current(req, res, next))
  app.get('/', (req, res) => {
    const visitor = visitorOf(req)
    visitor.views = (visitor.views ?? 0) + 1
    res.json({ views: visitor.views, user: visitor.user })
  })
  app.get('/login/:user', (req, res) => {
    visitorOf(req).user = req.params.user
    res.json({})
  })
  app.get('/relogin/:user', (req, res, next) => {
    const data = { user: req.params.user }
    visitorOf(req)
      .regenerate({ data })
      .then(() => res.json({}), next)
  })
  app.get('/whoami', (req, res) => {
    res.json({ user: visitorOf(req).user })
  })
  app.get('/logout', (req, res, next) => {
    visitorOf(req).destroy(error => (error ? next(error) : res.json({})))
  })
  app.use(((error, _req, res, _next) => {
    res.status(error.status ?? 500).json({ name: error.name, code: error.code, message: error.message })
  }) as express.ErrorRequestHandler)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    /** From now on requests meet this middleware. */
    swap(next: Handler) {
      current = next
    },
    /** Somebody with a browser. */
    browser() {
      let cookie = ''
      return async function get(path = '/') {
        const reply = await fetch(url + path, { headers: { cookie } })
        for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0]!
        return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
      }
    },
  }
}
