import { createSessions } from '@coatcheck/session/fetch'
import { openStore } from '@coatcheck/session/stores'

const sessions = createSessions({
  secret: process.env.SESSION_SECRET ?? 'for development only',
  store: await openStore(process.env.SESSION_STORE ?? 'memory:'),
  cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
})

export async function onRequest({ request, locals }, next) {
  const opened = await sessions.open(request)
  locals.session = opened.session
  return opened.commit(await next())
}
