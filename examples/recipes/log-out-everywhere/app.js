import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import express from 'express'

// `owner` names the key of a session that tells whose it is.
const store = await openStore(process.env.SESSION_STORE ?? 'sqlite:./sessions.db', { owner: 'user' })

const app = express()

app.use(
  session.strict({
    secret: process.env.SESSION_SECRET,
    store,
    cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
  }),
)
app.use(express.urlencoded())

app.post('/login', async (req, res) => {
  // Your own check of the password comes first.
  await req.session.regenerate({ data: { user: req.body.user, device: req.get('User-Agent') } })
  res.redirect(303, '/')
})

app.get('/', (req, res) => res.send(`Hello ${req.session.user ?? 'stranger'}`))

app.use((req, res, next) => (req.session.user ? next() : res.status(401).send('Log in first')))

app.get('/devices', async (req, res) => {
  const devices = []
  for await (const { sid, session } of store.sessionsOf(req.session.user)) {
    devices.push({ device: session.device, here: sid === req.sessionID })
  }
  res.json(devices)
})

app.post('/log-out-others', async (req, res) => {
  const ended = await store.destroyAllOf(req.session.user, { except: req.sessionID })
  res.send(`${ended} logged out`)
})

app.post('/log-out-everywhere', async (req, res) => {
  const { user } = req.session
  await req.session.destroy()
  await store.destroyAllOf(user)
  res.redirect(303, '/')
})

const port = process.env.PORT ?? 3000
app.listen(port, () => console.log(`http://localhost:${port}`))
