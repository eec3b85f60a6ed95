import { sessionOf } from '../../lib/pages-session.js'

export default async function logout(req, res) {
  const session = await sessionOf(req, res)
  await session.destroy()
  res.redirect(303, '/pages')
}
