// Fastify.
import { createHash } from 'node:crypto'
import fastify from 'fastify'
import { memoryStore } from './memory-store.mjs'
import { clearWith, greet, MAX_AGE, PATHS, SECRET, visit, visitByName } from './pages.mjs'

/** Each registers a plugin and returns the page of a request and its path. */
const WAYS = {
  bare: () => greet,

  async coatcheck(app) {
    const { sessions } = await import('@coatcheck/fastify')
    await app.register(sessions, { secret: SECRET, store: memoryStore(), cookie: { maxAge: MAX_AGE } })
    return (request, path) => visit(request.session, path)
  },

  async '@fastify/session'(app) {
    await app.register(await import('@fastify/cookie'))
    const { default: session } = await import('@fastify/session')
    const kept = new Map()
    clearWith(() => kept.clear())
    await app.register(session, {
      store: new session.MemoryStore(kept),
      secret: SECRET,
      cookie: { maxAge: MAX_AGE, secure: false },
      saveUninitialized: false,
      rolling: false,
    })
    return (request, path) => visit(request.session, path)
  },

  async '@fastify/secure-session'(app) {
    await app.register(await import('@fastify/secure-session'), {
      key: createHash('sha256').update(SECRET).digest(),
      expiry: MAX_AGE / 1000,
      cookie: { path: '/', httpOnly: true, maxAge: MAX_AGE / 1000 },
    })
    return (request, path) => visitByName(request.session, path)
  },
}

export async function serve(who) {
  const app = fastify()
  const page = await WAYS[who](app)
  for (const path of PATHS) app.all(path, async request => page(request, path))
  return new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port
}
