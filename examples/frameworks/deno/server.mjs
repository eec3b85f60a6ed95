import process from 'node:process'
import { createSessions } from '@coatcheck/session/fetch'
import { openStore } from '@coatcheck/session/stores'

const sessions = createSessions({
  secret: process.env.SESSION_SECRET ?? 'for development only',
  store: await openStore(process.env.SESSION_STORE ?? 'memory:'),
  cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
})

const page = session => `user: ${session.user ?? 'nobody'}, views: ${session.views ?? 0}`
const toStart = () => new Response(null, { status: 303, headers: { Location: '/' } })

const routes = {
  'GET /': session => new Response(page(session)),
  'GET /stream'(session) {
    session.views = (session.views ?? 0) + 1
    return new Response(new Blob(['one ', 'two ', page(session)]).stream())
  },
  'POST /count'(session) {
    session.views = (session.views ?? 0) + 1
    return toStart()
  },
  async 'POST /login'(session) {
    await session.regenerate()
    session.user = 'Ada'
    return toStart()
  },
  async 'POST /logout'(session) {
    await session.destroy()
    return toStart()
  },
}

const port = Number(process.env.PORT ?? 3000)
const handler = sessions.handle((request, session) => {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const route = routes[`${method} ${new URL(request.url).pathname}`]
  return route ? route(session) : new Response('Not found', { status: 404 })
})
Deno.serve({ port, onListen: () => console.log(`http://localhost:${port}`) }, handler)
