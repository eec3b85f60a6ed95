import { fileURLToPath } from 'node:url'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import { accountRoutes } from './routes/account.ts'
import { cartRoutes } from './routes/cart.ts'
import { deviceRoutes } from './routes/devices.ts'
import { pageRoutes } from './routes/pages.ts'
import { raceRoutes } from './routes/race.ts'
import {
  OVERWRITE_PATH,
  overwritingSessions,
  type SessionSettings,
  sessionOf,
  type VisitorSessions,
  visitorSessions,
} from './sessions.ts'
import { messagePage } from './views/message.ts'

const PUBLIC = fileURLToPath(new URL('../public/', import.meta.url))

/** The whole demo as an Express app. */
export function createApp(settings: SessionSettings): Express {
  const { store, maxAge } = settings
  const sessions = visitorSessions(settings)
  const overwriting = overwritingSessions(settings)

  const app = express()
  app.disable('x-powered-by')
  app.use(securityHeaders)
  app.use(express.static(PUBLIC, { index: false }))
  app.use(noStore, sameOriginOnly, express.urlencoded({ extended: false, limit: '10kb' }))
  // Before the other middleware: the first of two middlewares gives a request its session.
  app.use(OVERWRITE_PATH, overwriting, raceRoutes(overwriting))
  app.use(sessions, lifetimeOfToday(sessions, maxAge))
  app.use('/merge', raceRoutes(sessions))
  app.use(pageRoutes(sessions, store, maxAge))
  app.use(accountRoutes(sessions, maxAge))
  app.use(cartRoutes(sessions))
  app.use(deviceRoutes(sessions, store))
  app.use((_req, res) => {
    res.status(404).send(messagePage('Nothing hangs here', 'There is no page at this address.'))
  })
  app.use(failed)
  return app
}

/** A session keeps the lifetime that it was made with: after a change of SESSION_MINUTES, the next request gives it the new one. */
function lifetimeOfToday(sessions: VisitorSessions, maxAge: number): RequestHandler {
  return (req, _res, next) => {
    const { cookie } = sessionOf(sessions, req)
    if (cookie.originalMaxAge !== maxAge) cookie.maxAge = maxAge
    next()
  }
}

const securityHeaders: RequestHandler = (_req, res, next) => {
  res.set({
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  })
  next()
}

/** The back button requests the page again, so that it does not show the old page after a logout. */
const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store')
  next()
}

/**
 * Only POST changes anything, and `sameSite: 'lax'` keeps the cookie out of POSTs from other sites. But another port of the same host
 * is the same site, and a login needs no cookie. So this checks the header in which browsers say where a request comes from.
 */
const sameOriginOnly: RequestHandler = (req, res, next) => {
  const from = req.get('Sec-Fetch-Site')
  if (req.method === 'POST' && from && from !== 'same-origin' && from !== 'none') {
    res.status(403).send(messagePage('Not from here', 'This form was sent by another site.'))
  } else {
    next()
  }
}

const failed: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) return next(error)
  const status = error.status >= 400 && error.status < 500 ? error.status : 500
  if (status === 500) console.error(error)
  res
    .status(status)
    .send(
      status === 500
        ? messagePage('The cloakroom is in a muddle', 'Something went wrong on our side. Please try again.')
        : messagePage('We cannot read that', 'The request was not understood.'),
    )
}
