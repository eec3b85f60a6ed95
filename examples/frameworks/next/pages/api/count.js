import { sessionOf } from '../../lib/pages-session.js'

export default async function count(req, res) {
  const session = await sessionOf(req, res)
  session.views = (session.views ?? 0) + 1
  res.redirect(303, '/pages')
}
