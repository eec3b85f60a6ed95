import { createSessions } from '@coatcheck/session/fetch'
import { openStore } from '@coatcheck/session/stores'

// Once for each instance of the function, at its first request.
let sessions
async function open() {
  const store = await openStore(process.env.SESSION_STORE ?? 'redis://localhost')
  return createSessions({
    secret: process.env.SESSION_SECRET,
    store,
    cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
    // A database that hangs must not use up the time that the function has.
    storeTimeout: 3000,
  })
}

async function answer(request, session) {
  const { pathname } = new URL(request.url)
  if (request.method === 'POST' && pathname === '/login') {
    await session.regenerate({ data: { user: 'Ada' } })
    return new Response('Welcome')
  }
  session.views = (session.views ?? 0) + 1
  return new Response(`${session.user ?? 'Somebody'} was here ${session.views} times`)
}

export default {
  async fetch(request) {
    sessions ??= open().catch(error => {
      // The next request tries again.
      sessions = undefined
      throw error
    })
    return (await sessions).handle(answer)(request)
  },
}
