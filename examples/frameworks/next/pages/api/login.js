import { sessionOf } from '../../lib/pages-session.js'

export default async function login(req, res) {
  const session = await sessionOf(req, res)
  await session.regenerate()
  req.session.user = 'Ada'
  res.redirect(303, '/pages')
}
