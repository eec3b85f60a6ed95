import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import { initTRPC } from '@trpc/server'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import express from 'express'

const t = initTRPC.context().create()

const procedure = t.procedure.use(({ ctx, next }) => next({ ctx: { session: ctx.req.session } }))

const router = t.router({
  me: procedure.query(({ ctx }) => ({ user: ctx.session.user ?? 'nobody', views: ctx.session.views ?? 0 })),
  count: procedure.mutation(({ ctx }) => {
    ctx.session.views = (ctx.session.views ?? 0) + 1
  }),
  login: procedure.mutation(async ({ ctx }) => {
    await ctx.session.regenerate()
    // `regenerate` puts another session in place.
    ctx.req.session.user = 'Ada'
  }),
  logout: procedure.mutation(async ({ ctx }) => {
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
