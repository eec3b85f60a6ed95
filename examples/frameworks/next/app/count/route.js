import { withSession } from '../../lib/sessions.js'

export const POST = withSession((_request, session) => {
  session.views = (session.views ?? 0) + 1
  return new Response(null, { status: 303, headers: { Location: '/' } })
})
