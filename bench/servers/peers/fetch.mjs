// `Request` in, `Response` out, on the server of Hono for Node.
import { serve as listen } from '@hono/node-server'
import { memoryStore } from './memory-store.mjs'
import { greet, MAX_AGE, SECRET, visit } from './pages.mjs'

const WAYS = {
  bare: () => () => new Response(greet()),

  async coatcheck() {
    const { createSessions } = await import('@coatcheck/session/fetch')
    const sessions = createSessions({ secret: SECRET, store: memoryStore(), cookie: { maxAge: MAX_AGE } })
    return sessions.handle((request, session) => new Response(visit(session, new URL(request.url).pathname)))
  },
}

export async function serve(who) {
  const fetch = await WAYS[who]()
  return new Promise(resolve => {
    listen({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port))
  })
}
