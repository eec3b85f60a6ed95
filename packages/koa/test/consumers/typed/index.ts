import {
  type KoaSession,
  koaStore,
  type SessionContext,
  type SessionsOptions,
  sessions,
} from '@coatcheck/koa'
import type { RecordStore } from '@coatcheck/session'
import { bearer } from '@coatcheck/session/fetch'
import Koa from 'koa'
import koaSession from 'koa-session'

interface Data {
  user: { name: string }
  views: number
}

declare const store: RecordStore

const options: SessionsOptions = {
  secret: ['a newer secret', 'an older secret'],
  store,
  name: 'id',
  transport: bearer(),
  autoCommit: false,
  cookie: ctx => ({ secure: ctx.secure, maxAge: 60_000 }),
  secure: ctx => ctx.get('X-Forwarded-Proto') === 'https',
  genid: async ctx => ctx.path,
  onStoreUnavailable: (_error, ctx) => (ctx.path === '/' ? 'skip' : 'error'),
  onConflict: ({ keys }, ctx) => ctx.set('X-Keys', keys.join()),
  onError: (error, ctx) => ctx.app.emit('error', error, ctx),
}

const app = new Koa<Koa.DefaultState, SessionContext<Data>>()
app.use(sessions<Data>(options))
app.use(async ctx => {
  const { session } = ctx
  const same: KoaSession<Data> = session
  const views: number = session.views ?? 0
  const name: string | undefined = ctx.session.user?.name
  const maxAge: number | 'session' = session.maxAge
  const [isNew, length, populated, key]: [boolean, number, boolean, string] = [
    session.isNew,
    session.length,
    session.populated,
    session.externalKey,
  ]
  session.views = views + 1
  session.maxAge = 60_000
  session.maxAge = 'session'
  await session.save()
  await session.reload()
  await session.regenerate()
  await session.regenerate({ keep: ['user'], grace: 1000 })
  session.save(error => console.error(error))
  session.regenerate(error => console.error(error))
  await session.manuallyCommit()
  const was: boolean | undefined = await session.destroy()
  ctx.session = { views: 1 }
  ctx.session = {}
  ctx.session = null
  // @ts-expect-error: not in the type of the data
  session.undeclared
  // @ts-expect-error: a number
  session.views = 'one'
  // @ts-expect-error: read-only
  session.isNew = false
  // @ts-expect-error: not data
  ctx.session = 'text'
  ctx.body = { same, name, maxAge, isNew, length, populated, key, was, cookie: session.cookie.maxAge }
})

// A plain app is given the type of the middleware.
new Koa().use(sessions<Data>(options)).use(ctx => {
  ctx.body = ctx.session.user?.name
})

// Without a type: the data that is declared in SessionData.
new Koa().use(sessions({ secret: 's', store })).use(ctx => {
  ctx.body = ctx.session.id
})

// Tenants.
const byTenant: SessionsOptions = {
  name: ctx => ctx.hostname,
  secret: ctx => [ctx.hostname, 'an older secret'],
  store: ctx => (ctx.hostname ? store : store),
}
sessions(byTenant)
// @ts-expect-error: a store is required
sessions({ secret: 's' })
// @ts-expect-error: not an option
sessions({ secret: 's', store, key: 'id' })

const theirs = new Koa()
theirs.use(koaSession({ store: koaStore(store), maxAge: 60_000 }, theirs))
