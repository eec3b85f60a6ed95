import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import { csrfSync } from 'csrf-sync'
import express from 'express'

const { csrfSynchronisedProtection, generateToken } = csrfSync({
  getTokenFromRequest: req => req.body?.csrf,
})

const app = express()

app.use(
  session.strict({
    secret: process.env.SESSION_SECRET,
    store: await openStore(process.env.SESSION_STORE ?? 'sqlite:./sessions.db'),
    cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
  }),
)
app.use(express.urlencoded())

// Browsers say where a request comes from. Programs that are no browser send no such header.
app.use((req, res, next) => {
  const from = req.get('Sec-Fetch-Site') ?? 'none'
  if (['GET', 'HEAD'].includes(req.method) || ['same-origin', 'none'].includes(from)) next()
  else res.status(403).send('This form belongs to another site')
})
app.use(csrfSynchronisedProtection)

app.get('/', (req, res) => {
  res.send(`
    <p>Name: ${req.session.name ?? 'none'}</p>
    <form method="post" action="/name">
      <input type="hidden" name="csrf" value="${generateToken(req)}">
      <button name="name" value="Ada">I am Ada</button>
    </form>`)
})

app.post('/name', (req, res) => {
  req.session.name = req.body.name === 'Ada' ? 'Ada' : 'somebody'
  res.redirect(303, '/')
})

const port = process.env.PORT ?? 3000
app.listen(port, () => console.log(`http://localhost:${port}`))
