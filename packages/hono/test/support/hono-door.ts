import { type SessionsOptions, type SessionVariables, sessions } from '@coatcheck/hono'
import { type ServerType, serve } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { stream } from 'hono/streaming'
import { onTestFinished } from 'vitest'
import type { AnySession, Door, Exchange, Handler, Reply, Sent } from '../../../session/test/doors/door.ts'
import { got } from '../../../session/test/doors/node-door.ts'

type Env = { Variables: SessionVariables }

function appOf(handler: Handler, options: object): Hono<Env> {
  const app = new Hono<Env>()
  app.onError((error, c) => c.text(`error: ${error.message}`, 500))
  app.use(sessions({ secret: 'a secret of thirty-two characters', ...options } as SessionsOptions))
  app.all('*', async c => {
    const exchange: Exchange = {
      path: c.req.path,
      get session() {
        return c.get('session') as unknown as AnySession
      },
      set session(value) {
        c.set('session', value as never)
      },
    }
    return send(c, await handler(exchange))
  })
  return app
}

function send(c: Context, { status = 200, headers = {}, body = '', redirect }: Reply) {
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value].flat()) c.header(name, one, { append: true })
  }
  if (redirect) return c.redirect(redirect)
  if (typeof body === 'string') return c.text(body, status as 200)
  return stream(c, async out => {
    for (const part of body) await out.write(part)
  })
}

function requestTo(url: string, { cookie = '', method = 'GET', headers = {} }: Sent = {}): Request {
  return new Request(url, { method, headers: { ...headers, cookie }, redirect: 'manual' })
}

/** The middleware in an app that is called with a `Request`, as Bun and Deno do. */
export const honoDoor: Door = {
  name: 'sessions of @coatcheck/hono in app.fetch',
  header: (origin, name) => (origin as Context).req.header(name),
  async start(handler, options) {
    const app = appOf(handler, options)
    return {
      async request(path = '/', how) {
        return got(await app.fetch(requestTo(`http://localhost${path}`, how)))
      },
    }
  },
}

/** The middleware in an app that @hono/node-server serves. */
export const honoOnNodeDoor: Door = {
  name: 'sessions of @coatcheck/hono on @hono/node-server',
  header: (origin, name) => (origin as Context).req.header(name),
  async start(handler, options) {
    const url = await listen(appOf(handler, options))
    return {
      async request(path = '/', how) {
        return got(await fetch(requestTo(url + path, how)))
      },
    }
  },
}

/** Serve an app until the test ends. Returns its address. */
export async function listen(app: { fetch: Hono['fetch'] }): Promise<string> {
  let server: ServerType | undefined
  onTestFinished(() => {
    ;(server as { closeAllConnections?: () => void }).closeAllConnections?.()
    server?.close()
  })
  return new Promise(resolve => {
    server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
      resolve(`http://127.0.0.1:${port}`)
    })
  })
}
