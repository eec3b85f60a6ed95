import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { session } from '@coatcheck/session'
import { onTestFinished } from 'vitest'
import type { Door, Exchange, Got, Reply } from './door.ts'

/** `session.strict()` on a server of `node:http`. */
export const nodeDoor: Door = {
  name: 'session.strict() on node:http',
  header: headerOf,
  async start(handler, options) {
    const middleware = session.strict({
      secret: 'a secret of thirty-two characters',
      unset: 'destroy',
      ...options,
    } as never)
    const server = createServer((req, res) => {
      middleware(req, res, async (error?: Error) => {
        if (error) return fail(res, error)
        const exchange: Exchange = {
          path: req.url as string,
          get session() {
            return (req as never as Exchange).session
          },
          set session(value) {
            Object.assign(req, { session: value })
          },
        }
        try {
          write(res, await handler(exchange))
        } catch (thrown) {
          fail(res, thrown as Error)
        }
      })
    }).listen(0, '127.0.0.1')
    // A busy machine pauses for longer than five seconds, and `fetch` sends no POST again.
    server.keepAliveTimeout = 300_000
    await new Promise(resolve => server.once('listening', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return {
      async request(path = '/', { cookie = '', method = 'GET', headers = {} } = {}) {
        return got(await fetch(url + path, { method, headers: { ...headers, cookie }, redirect: 'manual' }))
      },
    }
  },
}

/** A header of a request of `node:http`, or of a request that has its headers. */
export function headerOf(origin: unknown, name: string): string | undefined {
  return (origin as { headers: Record<string, string> }).headers[name.toLowerCase()]
}

export async function got(response: Response): Promise<Got> {
  return {
    status: response.status,
    text: await response.text(),
    setCookie: response.headers.getSetCookie(),
    location: response.headers.get('Location'),
    headers: response.headers,
  }
}

function fail(res: ServerResponse, error: Error): void {
  res.statusCode = 500
  res.end(`error: ${error.message}`)
}

function write(res: ServerResponse, { status = 200, headers = {}, body = '', redirect }: Reply): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.statusCode = redirect ? 302 : status
  if (redirect) res.setHeader('Location', redirect)
  if (typeof body === 'string') return void res.end(body)
  for (const part of body) res.write(part)
  res.end()
}
