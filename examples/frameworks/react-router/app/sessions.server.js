import { createSessions } from '@coatcheck/session/fetch'
import { openStore } from '@coatcheck/session/stores'
import { createContext } from 'react-router'

const sessions = createSessions({
  secret: process.env.SESSION_SECRET ?? 'for development only',
  store: await openStore(process.env.SESSION_STORE ?? 'memory:'),
  cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
})

/** The session of the request: `context.get(sessionContext)` in loaders and actions. */
export const sessionContext = createContext()

/** Middleware of the root route. */
export async function sessionMiddleware({ request, context }, next) {
  const opened = await sessions.open(request)
  context.set(sessionContext, opened.session)
  return opened.commit(await next())
}
