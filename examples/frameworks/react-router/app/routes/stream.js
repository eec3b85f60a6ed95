import { sessionContext } from '../sessions.server.js'

export function loader({ context }) {
  const session = context.get(sessionContext)
  session.views = (session.views ?? 0) + 1
  const words = `user: ${session.user ?? 'nobody'}, views: ${session.views}`
  return new Response(new Blob(['one ', 'two ', words]).stream())
}
