import { createSessions } from '@coatcheck/session/fetch'
import { openStore } from '@coatcheck/session/stores'

const sessions = createSessions({
  secret: process.env.SESSION_SECRET ?? 'for development only',
  store: await openStore(process.env.SESSION_STORE ?? 'memory:'),
  cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
})

const page = session => `user: ${session.user ?? 'nobody'}, views: ${session.views ?? 0}`
const toStart = () => new Response(null, { status: 303, headers: { Location: '/' } })

const server = Bun.serve({
  port: process.env.PORT ?? 3000,
  routes: {
    '/': sessions.handle((_request, session) => new Response(page(session))),
    '/stream': sessions.handle((_request, session) => {
      session.views = (session.views ?? 0) + 1
      return new Response(new Blob(['one ', 'two ', page(session)]).stream())
    }),
    '/count': {
      POST: sessions.handle((_request, session) => {
        session.views = (session.views ?? 0) + 1
        return toStart()
      }),
    },
    '/login': {
      POST: sessions.handle(async (_request, session) => {
        await session.regenerate()
        session.user = 'Ada'
        return toStart()
      }),
    },
    '/logout': {
      POST: sessions.handle(async (_request, session) => {
        await session.destroy()
        return toStart()
      }),
    },
  },
  error(error) {
    console.error(error)
    return new Response('Something went wrong', { status: 500 })
  },
})
console.log(`http://localhost:${server.port}`)
