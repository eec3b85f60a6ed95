import { withSession } from '../../lib/sessions.js'

export const POST = withSession(async (_request, session) => {
  await session.regenerate()
  session.user = 'Ada'
  return new Response(null, { status: 303, headers: { Location: '/' } })
})
