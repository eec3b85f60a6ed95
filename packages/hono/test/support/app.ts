import '../../../session/test/support/silence.ts'
import { type SessionsOptions, type SessionVariables, sessions } from '@coatcheck/hono'
import { Hono } from 'hono'
import { MapStore } from '../../../session/test/support/map-backend.ts'

export const SECRET = 'a secret of thirty-two characters'

export interface Visitor {
  name: string
  views: number
}

export interface Env {
  Variables: SessionVariables<Visitor>
}

/** An app with the middleware and these routes, and what answers its requests. */
export function start(
  routes: (app: Hono<Env>) => void,
  { store = new MapStore(), ...options }: Partial<SessionsOptions> = {},
) {
  const app = new Hono<Env>()
  app.onError((error, c) => c.text(`error: ${error.message}`, 500))
  app.use(sessions<Visitor>({ secret: SECRET, store, ...options }))
  routes(app)
  return {
    app,
    store: store as MapStore,
    get: async (path: string, cookie = '') => app.request(path, { headers: { cookie } }),
  }
}

/** The `Cookie` header of a client that has got this response. */
export function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map(value => value.split(';')[0])
    .join('; ')
}
