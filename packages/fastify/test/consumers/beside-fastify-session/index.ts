import { sessions } from '@coatcheck/fastify'
import { MemoryStore } from '@coatcheck/session'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import fastify from 'fastify'

declare module 'fastify' {
  interface Session {
    views: number
  }
}

const app = fastify()
// One part of the app has moved, the other has not.
app.register(async moved => {
  await moved.register(sessions, { secret: 's', store: new MemoryStore() })
  moved.get('/moved', async request => {
    request.session.views = (request.session.views ?? 0) + 1
    await request.session.regenerate(['views'])
    return request.session.get('views')
  })
})
app.register(async rest => {
  await rest.register(fastifyCookie)
  await rest.register(fastifySession, { secret: 's' })
  rest.get('/rest', async request => request.session.sessionId)
})
