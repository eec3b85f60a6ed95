import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import express from 'express'

/** The app, on a store that the caller opens and closes. */
export function createApp(store, { secret = process.env.SESSION_SECRET } = {}) {
  const app = express()
  app.use(session.strict({ secret, store, cookie: { maxAge: 60 * 60 * 1000 } }))
  app.use(express.urlencoded())
  app.get('/', (req, res) => res.send(`Hello ${req.session.user ?? 'stranger'}`))
  app.post('/login', async (req, res) => {
    await req.session.regenerate({ data: { user: req.body.user } })
    res.redirect(303, '/')
  })
  app.post('/logout', async (req, res) => {
    await req.session.destroy()
    res.redirect(303, '/')
  })
  return app
}

if (import.meta.filename === process.argv[1]) {
  const app = createApp(await openStore(process.env.SESSION_STORE ?? 'sqlite:./sessions.db'))
  const port = process.env.PORT ?? 3000
  app.listen(port, () => console.log(`http://localhost:${port}`))
}
