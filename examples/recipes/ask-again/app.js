import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import express from 'express'

const app = express()

app.use(
  session.strict({
    secret: process.env.SESSION_SECRET,
    store: await openStore(process.env.SESSION_STORE ?? 'sqlite:./sessions.db'),
    // A session ends after 30 minutes without a request, and after 8 hours in any case.
    cookie: { maxAge: 30 * 60_000 },
    absoluteTimeout: 8 * 60 * 60_000,
  }),
)
app.use(express.urlencoded())

/** Lets only users pass who have logged in during the last minutes. */
const loggedInWithin = ms => (req, res, next) => {
  if (req.session.user && req.session.isFresh(ms)) return next()
  req.session.back = req.path
  res.redirect('/login')
}

app.get('/login', (_req, res) => {
  res.send('<form method="post"><input name="password" type="password"><button>Log in</button></form>')
})

app.post('/login', async (req, res) => {
  // Your own check.
  if (req.body.password !== 'correct horse') return res.status(403).send('Wrong password')
  const { back = '/' } = req.session
  // A new id, and the age of the session starts anew. The cart stays.
  await req.session.regenerate({ keep: ['cart'], data: { user: 'Ada' } })
  res.redirect(back)
})

app.post('/cart', (req, res) => {
  req.session.cart = 'a book'
  res.redirect(303, '/')
})

app.get('/', (req, res) => res.send(`${req.session.user ?? 'Somebody'} has ${req.session.cart ?? 'nothing'}`))

const freshFor = Number(process.env.FRESH_FOR ?? 5 * 60_000)
app.get('/pay', loggedInWithin(freshFor), (req, res) =>
  res.send(`${req.session.user} pays for ${req.session.cart}`),
)

const port = process.env.PORT ?? 3000
app.listen(port, () => console.log(`http://localhost:${port}`))
