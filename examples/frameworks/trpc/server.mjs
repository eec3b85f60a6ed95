import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import { initTRPC } from '@trpc/server'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import express from 'express'

const t = initTRPC.context().create()

const read = t.procedure.use(({ ctx, next }) => next({ ctx: { session: ctx.req.session } }))
// tRPC sends its answers in pieces. Saved here, a session that cannot be saved is an error of the call.
const write = read.use(async ({ ctx, next }) => {
  const result = await next()
  if (result.ok) await ctx.req.session?.save()
  return result
})

const router = t.router({
  me: read.query(({ ctx }) => ({ user: ctx.session.user ?? 'nobody', views: ctx.session.views ?? 0 })),
  count: write.mutation(({ ctx }) => {
    ctx.session.views = (ctx.session.views ?? 0) + 1
  }),
  login: write.mutation(async ({ ctx }) => {
    await ctx.session.regenerate()
    // `regenerate` puts another session in place.
    ctx.req.session.user = 'Ada'
  }),
  logout: write.mutation(async ({ ctx }) => {
    await ctx.session.destroy()
  }),
})

const app = express()
app.use(
  session.strict({
    secret: process.env.SESSION_SECRET ?? 'for development only',
    store: await openStore(process.env.SESSION_STORE ?? 'memory:'),
    cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
  }),
)
app.use('/trpc', createExpressMiddleware({ router, createContext: ({ req }) => ({ req }) }))

const port = process.env.PORT ?? 3000
app.listen(port, () => console.log(`http://localhost:${port}`))
