import { createSessions } from '@coatcheck/session/fetch'
import type { Door, Exchange, Reply } from './door.ts'
import { got } from './node-door.ts'

/** `createSessions()`, called with a `Request` as a server of the web standard does. */
export const fetchDoor: Door = {
  name: 'createSessions() on Request and Response',
  header: (origin, name) => (origin as Request).headers.get(name),
  async start(handler, options) {
    const sessions = createSessions({ secret: 'a secret of thirty-two characters', ...options } as never)
    async function serve(request: Request): Promise<Response> {
      const opened = await sessions.open(request)
      const exchange: Exchange = {
        path: new URL(request.url).pathname,
        get session() {
          return opened.session as Exchange['session']
        },
        set session(value) {
          opened.session = value as null
        },
      }
      return opened.commit(responseOf(await handler(exchange)))
    }
    return {
      async request(path = '/', { cookie = '', method = 'GET', headers = {} } = {}) {
        const request = new Request(`http://localhost${path}`, { method, headers: { ...headers, cookie } })
        return got(
          await serve(request).catch(error => new Response(`error: ${error.message}`, { status: 500 })),
        )
      },
    }
  },
}

export function responseOf({ status = 200, headers = {}, body = '', redirect }: Reply): Response {
  if (redirect) return Response.redirect(new URL(redirect, 'http://localhost'), 302)
  const list = Object.entries(headers).flatMap(([name, value]) => [value].flat().map(one => [name, one]))
  return new Response(typeof body === 'string' ? body : streamOf(body), {
    status,
    headers: list as [string, string][],
  })
}

function streamOf(parts: string[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part))
      controller.close()
    },
  })
}
