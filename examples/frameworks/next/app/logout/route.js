import { withSession } from '../../lib/sessions.js'

export const POST = withSession(async (_request, session) => {
  await session.destroy()
  return new Response(null, { status: 303, headers: { Location: '/' } })
})
