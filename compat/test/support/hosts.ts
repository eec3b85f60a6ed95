import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import fastify, { type FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'
import { type Account, sidOf, visitAccount } from './account.ts'
import { browse } from './browser.ts'
import { clientOf } from './server.ts'
import {
  COMMON,
  coatcheck,
  expressSession,
  type Options,
  type Request,
  type SessionModule,
} from './sessions.ts'

/** What keeps the sessions of an app in a store. */
export interface Host {
  name: string
  /** An app like that of `account.ts` on this store, and a browser at it. */
  open(store: unknown, options?: Options): Promise<Account>
}

function onExpress(name: string, session: SessionModule): Host {
  return { name, open: (store, options) => visitAccount(session({ ...COMMON, store, ...options })) }
}

const onFastify: Host = {
  name: '@fastify/session',
  async open(store, options) {
    const app = fastify({ forceCloseConnections: true })
    onTestFinished(() => app.close())
    const errors: unknown[] = []
    app.setErrorHandler((error, _req, reply) => {
      errors.push(error)
      return reply.code(500).send('out of order')
    })
    await app.register(fastifyCookie)
    const { secret, saveUninitialized, cookie } = { ...COMMON, ...options }
    // Its own default is a secure cookie, by another name and without express-session's prefix.
    const sameCookie = {
      cookieName: 'connect.sid',
      cookiePrefix: 's:',
      cookie: { ...(cookie as object), secure: false },
    }
    await app.register(fastifySession, { secret, saveUninitialized, store, ...sameCookie } as never)
    addRoutes(app)
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const browser = browse(clientOf(Number(new URL(url).port)))
    return { ...browser, errors, failed: Promise.resolve(), sid: () => sidOf(browser) }
  },
}

type Visitor = Request['session'] & {
  [method in 'regenerate' | 'destroy' | 'reload' | 'save']: () => Promise<void>
}

/** Those of `account.ts`. */
function addRoutes(app: FastifyInstance): void {
  const of = (req: object) => (req as { session: Visitor }).session
  app.get('/', async req => String(of(req).user ?? 'nobody'))
  app.post('/login', async (req, reply) => {
    await of(req).regenerate()
    of(req).user = 'Ada'
    return reply.redirect('/')
  })
  app.post('/logout', async (req, reply) => {
    await of(req).destroy()
    return reply.redirect('/')
  })
  app.post('/visits', async req => {
    of(req).visits = Number(of(req).visits ?? 0) + 1
    return String(of(req).visits)
  })
  app.get('/reload', async req => {
    of(req).user = 'Grace'
    await of(req).reload()
    return String(of(req).user)
  })
  app.post('/save', async req => {
    await of(req).save()
    return 'saved'
  })
}

/** Those that a store of ours may be under. */
export const hosts: Host[] = [
  onExpress('express-session', expressSession.session),
  onFastify,
  onExpress('@coatcheck/session', coatcheck.session),
]
