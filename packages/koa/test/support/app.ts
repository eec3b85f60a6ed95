import '../../../session/test/support/silence.ts'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type SessionContext, type SessionsOptions, sessions } from '@coatcheck/koa'
import type Koa from 'koa'
import { onTestFinished } from 'vitest'
import { MapStore } from '../../../session/test/support/map-backend.ts'

export const SECRET = 'a secret of thirty-two characters'

export interface Visitor {
  name: string
  views: number
}

export type App = Koa<Koa.DefaultState, SessionContext<Visitor>>

/** What the client got. */
export interface Answer {
  status: number
  text: string
  headers: Headers
  setCookie: string[]
  /** The `Cookie` header of a client that has got this answer. */
  cookie: string
}

export interface Client {
  get(path: string, cookie?: string, headers?: Record<string, string>): Promise<Answer>
}

/** Serve an app until the test ends. Returns its address. */
export async function listen(app: Pick<Koa, 'listen'>): Promise<string> {
  const server = app.listen(0, '127.0.0.1')
  server.keepAliveTimeout = 300_000
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export async function clientOf(app: Pick<Koa, 'listen'>): Promise<Client> {
  const url = await listen(app)
  return {
    async get(path, cookie = '', headers = {}) {
      const response = await fetch(url + path, { headers: { cookie, ...headers }, redirect: 'manual' })
      const setCookie = response.headers.getSetCookie()
      const kept = setCookie.map(value => value.split(';')[0]).join('; ')
      const { status } = response
      return { status, text: await response.text(), headers: response.headers, setCookie, cookie: kept }
    },
  }
}

/** Requests to an app with the middleware, whose pages are these functions of the context, by path. */
export async function start(
  koa: () => Koa,
  pages: Record<string, Parameters<App['use']>[0]>,
  { store = new MapStore(), ...options }: Partial<SessionsOptions> = {},
) {
  const app = koa() as unknown as App
  app.use(sessions<Visitor>({ secret: SECRET, store, ...options }) as never)
  app.use((ctx, next) => pages[ctx.path]?.(ctx as never, next))
  return { app, store: store as MapStore, ...(await clientOf(app as unknown as Koa)) }
}
