import { sessionOf } from '../../lib/pages-session.js'

export default async function login(req, res) {
  const session = await sessionOf(req, res)
  await session.regenerate()
  req.session.user = 'Ada'
  // Next sends a redirect in pieces. Saved here, a session that cannot be saved is an error.
  await req.session.save()
  res.redirect(303, '/pages')
}
