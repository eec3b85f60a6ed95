import { honoStore, type SessionsOptions, type SessionVariables, sessions } from '@coatcheck/hono'
import type { RecordStore } from '@coatcheck/session'
import type { SessionOf } from '@coatcheck/session/fetch'
import { bearer } from '@coatcheck/session/fetch'
import { Hono } from 'hono'
import { sessionMiddleware } from 'hono-sessions'

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
  cookie: c => ({ secure: c.req.url.startsWith('https:'), maxAge: 60_000 }),
  secure: c => c.req.header('X-Forwarded-Proto') === 'https',
  genid: async c => c.req.path,
  onStoreUnavailable: (_error, c) => (c.req.path === '/' ? 'skip' : 'error'),
  onConflict: ({ keys }, c) => c.header('X-Keys', keys.join()),
  onError: (error, c) => console.error(error, c.req.path),
}

const app = new Hono<{ Variables: SessionVariables<Data> & { other: string } }>()
app.use(sessions<Data>(options))
app.use('/admin/*', sessions<Data>(options))
app.get('/', async c => {
  const session = c.get('session')
  const same: SessionOf<Data> = c.var.session
  const views: number = session.views ?? 0
  const name: string | undefined = c.var.session.user?.name
  session.views = views + 1
  await session.save()
  await session.reload()
  await session.regenerate({ keep: ['user'], data: { views } })
  session.touch()
  const was: boolean | undefined = await session.destroy()
  // @ts-expect-error: not in the type of the data
  session.undeclared
  // @ts-expect-error: a number
  session.views = 'one'
  // @ts-expect-error: read-only
  session.id = 'other'
  return c.json({ id: session.id, maxAge: session.cookie.maxAge, same, name, was })
})

// The middleware gives a chain of routes its type.
new Hono().use(sessions<Data>(options)).get('/', c => c.text(c.var.session.user?.name ?? ''))

// Without a type: the data that is declared in SessionData.
new Hono().use(sessions({ secret: 's', store })).get('/', c => c.text(c.var.session.id))

// Tenants.
const byTenant: SessionsOptions = {
  name: c => c.req.path,
  secret: c => [c.req.path, 'an older secret'],
  store: c => (c.req.path ? store : store),
}
sessions(byTenant)
// @ts-expect-error: a store is required
sessions({ secret: 's' })
// @ts-expect-error: not an option
sessions({ secret: 's', store, saveUninitialized: false })

new Hono().use(sessionMiddleware({ store: honoStore(store), expireAfterSeconds: 60 }))
