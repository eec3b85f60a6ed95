import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express'
import { deferred, type Listener, readId, serve } from '../../../packages/session/test/support/http.ts'
import { type Browser, browse } from './browser.ts'
import type { Done, Middleware, Request } from './sessions.ts'

type Route = (req: Request, res: Response, next: Done) => unknown

/** A handler with the types that express-session and ours have in common. */
export function handler(route: Route): RequestHandler {
  return route as unknown as RequestHandler
}

const login = handler((req, res, next) => {
  req.session.regenerate(error => {
    if (error) return next(error)
    req.session.user = 'Ada'
    res.redirect('/')
  })
})

const logout = handler((req, res, next) => {
  req.session.destroy(error => (error ? next(error) : res.redirect('/')))
})

/** What was changed and not saved is dropped by it. */
const reload = handler((req, res, next) => {
  req.session.user = 'Grace'
  req.session.reload(error => (error ? next(error) : res.send(String(req.session.user))))
})

const save = handler((req, res, next) => {
  req.session.save(error => (error ? next(error) : res.send('saved')))
})

const write = handler((req, res) => {
  req.session.visits = Number(req.session.visits ?? 0) + 1
  res.send(String(req.session.visits))
})

const home = handler((req, res) => res.send(String(req.session.user ?? 'nobody')))

/** An app with a login, pages that read and write, and a logout, as its documentation would have them. */
export function accountApp(sessions: Middleware, failed: (error: unknown) => void = () => {}): Express {
  const app = express()
  app.use(sessions as never)
  app.get('/', home)
  app.post('/login', login)
  app.post('/logout', logout)
  app.post('/visits', write)
  app.get('/reload', reload)
  app.post('/save', save)
  const outOfOrder: ErrorRequestHandler = (error, _req, res, next) => {
    failed(error)
    if (res.headersSent) return next(error)
    res.status(500).send('out of order')
  }
  app.use(outOfOrder)
  // What it does with errors by default is to print them.
  app.set('env', 'test')
  return app
}

export interface Account extends Browser {
  /** What went to the error handler so far. */
  errors: unknown[]
  /** Settles with the first of them. */
  failed: Promise<void>
  /** The id of the session whose cookie the browser has. */
  sid(): string
}

/** A browser at such an app, which runs until the test ends. */
export async function visitAccount(sessions: Middleware): Promise<Account> {
  const errors: unknown[] = []
  const first = deferred()
  const app = accountApp(sessions, error => {
    errors.push(error)
    first.resolve()
  })
  const browser = browse(await serve(app as unknown as Listener))
  return { ...browser, errors, failed: first.promise, sid: () => sidOf(browser) }
}

/** The id of the session whose cookie a browser has. */
export function sidOf(browser: Browser, name = 'connect.sid'): string {
  const { value } = browser.cookies.get(name) ?? {}
  return readId({ setCookie: [`${name}=${value}`] } as never, name)!
}
