// Koa.
import Koa from 'koa'
import { memoryStore } from './memory-store.mjs'
import { greet, MAX_AGE, SECRET, visit } from './pages.mjs'

/** Each adds a middleware. */
const WAYS = {
  bare() {},

  async coatcheck(app) {
    const { sessions } = await import('@coatcheck/koa')
    app.use(sessions({ secret: SECRET, store: memoryStore(), cookie: { maxAge: MAX_AGE } }))
  },

  async 'koa-session'(app) {
    const { default: session } = await import('koa-session')
    app.use(session({ maxAge: MAX_AGE }, app))
  },
}

export async function serve(who) {
  const app = new Koa()
  app.keys = [SECRET]
  await WAYS[who](app)
  app.use(ctx => {
    ctx.body = who === 'bare' ? greet() : visit(ctx.session, ctx.path)
  })
  return new Promise(resolve => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server.address().port))
  })
}
