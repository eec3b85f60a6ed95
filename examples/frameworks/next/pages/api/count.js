import { sessionOf } from '../../lib/pages-session.js'

export default async function count(req, res) {
  const session = await sessionOf(req, res)
  session.views = (session.views ?? 0) + 1
  // Next sends a redirect in pieces. Saved here, a session that cannot be saved is an error.
  await req.session.save()
  res.redirect(303, '/pages')
}
