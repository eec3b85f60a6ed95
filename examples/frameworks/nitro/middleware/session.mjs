import { createSessions } from '@coatcheck/session/fetch'
import { openStore } from '@coatcheck/session/stores'
import { toResponse } from 'nitro/h3'

const sessions = createSessions({
  secret: process.env.SESSION_SECRET ?? 'for development only',
  store: await openStore(process.env.SESSION_STORE ?? 'memory:'),
  cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
})

export default async (event, next) => {
  const opened = await sessions.open(event.req)
  event.context.session = opened.session
  const response = await toResponse(await next(), event)
  // A copy: the h3 inside of Nitro 3.0.0 adds the headers of its own response to themselves, without an end where one is a cookie.
  return opened.commit(new Response(response.body, response))
}
