// Hono, on its server for Node.
import { serve as listen } from '@hono/node-server'
import { Hono } from 'hono'
import { memoryStore } from './memory-store.mjs'
import { clearWith, greet, MAX_AGE, PATHS, SECRET, visit, visitByName } from './pages.mjs'

/** Each adds a middleware and returns the page of a context and its path. */
const WAYS = {
  bare: () => greet,

  async coatcheck(app) {
    const { sessions } = await import('@coatcheck/hono')
    app.use(sessions({ secret: SECRET, store: memoryStore(), cookie: { maxAge: MAX_AGE } }))
    return (c, path) => visit(c.get('session'), path)
  },

  async 'hono-sessions'(app) {
    const { MemoryStore, sessionMiddleware } = await import('hono-sessions')
    const store = new MemoryStore()
    clearWith(() => store.data.clear())
    app.use(sessionMiddleware({ store, expireAfterSeconds: MAX_AGE / 1000 }))
    return (c, path) => visitByName(c.get('session'), path)
  },
}

export async function serve(who) {
  const app = new Hono()
  const page = await WAYS[who](app)
  for (const path of PATHS) app.all(path, c => c.text(page(c, path)))
  return new Promise(resolve => {
    listen({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port))
  })
}
