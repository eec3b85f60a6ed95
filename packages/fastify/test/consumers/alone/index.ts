import { type FastifySession, type SessionsOptions, sessions } from '@coatcheck/fastify'
import { MemoryStore, type Store } from '@coatcheck/session'
import { bearer } from '@coatcheck/session/fetch'
import fastify from 'fastify'

declare module 'fastify' {
  interface Session {
    user: { name: string }
    views: number
  }
}

const store = new MemoryStore()
const options: SessionsOptions = {
  secret: ['a newer secret', 'an older secret'],
  store,
  name: 'id',
  transport: bearer(),
  cookiePrefix: '',
  cookie: request => ({ secure: request.protocol === 'https', maxAge: 60_000 }),
  genid: async request => request.id,
  onStoreUnavailable: (_error, request) => (request.url === '/' ? 'skip' : 'error'),
  onConflict: ({ keys }, request) => request.log.info(keys),
  onError: (error, request) => request.log.error(error),
}

const app = fastify()
await app.register(sessions, options)

app.get('/', async (request, reply) => {
  const { session } = request
  const all: FastifySession = session
  const views: number = session.views ?? 0
  const name: string | undefined = session.user?.name
  session.set('views', views + 1)
  const again: number | undefined = session.get('views')
  session.options({ maxAge: 1000 })
  session.touch()
  const kept: boolean = session.isModified() || session.isSaved()
  const ids: string[] = [session.id, session.sessionId, session.encryptedSessionId]
  await session.save()
  await session.reload()
  await session.regenerate(['user'])
  await session.regenerate({ keep: true, grace: 1000 })
  session.save(error => request.log.error(error))
  session.regenerate(['user'], error => request.log.error(error))
  const was: boolean | undefined = await session.destroy()
  const kind: Store = request.sessionStore
  // @ts-expect-error: nobody has declared it
  session.undeclared
  // @ts-expect-error: a number
  session.views = 'one'
  // @ts-expect-error: a number
  session.set('views', 'one')
  // @ts-expect-error: read-only
  session.sessionId = 'other'
  return reply.send({ all, name, again, kept, ids, was, kind: kind.constructor.name })
})

// Tenants.
const byTenant: SessionsOptions = {
  name: request => request.hostname,
  secret: request => [request.hostname, 'an older secret'],
  store: request => (request.hostname ? store : store),
}
await app.register(sessions, byTenant)
// @ts-expect-error: a store is required
await app.register(sessions, { secret: 's' })
// @ts-expect-error: not an option
await app.register(sessions, { secret: 's', store, saveUninitialized: false })
