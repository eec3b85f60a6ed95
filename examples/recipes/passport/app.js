import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-local'

// Your database.
const users = new Map([['ada', { name: 'ada', password: 'correct horse' }]])

passport.use(
  new Strategy((name, password, done) => {
    const user = users.get(name)
    done(null, user?.password === password ? user : false)
  }),
)
passport.serializeUser((user, done) => done(null, user.name))
passport.deserializeUser((name, done) => done(null, users.get(name) ?? false))

const app = express()

app.use(
  session.strict({
    secret: process.env.SESSION_SECRET,
    store: await openStore(process.env.SESSION_STORE ?? 'sqlite:./sessions.db'),
    cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
  }),
)
app.use(passport.session())
app.use(express.urlencoded())

app.get('/', (req, res) => res.send(`Hello ${req.user?.name ?? 'stranger'}`))

app.get('/login', (_req, res) => {
  res.send(
    '<form method="post"><input name="username"><input name="password" type="password"><button>Log in</button></form>',
  )
})

app.post('/login', passport.authenticate('local', { successRedirect: '/', failureRedirect: '/login' }))

app.post('/logout', (req, res, next) => {
  req.logout(error => (error ? next(error) : res.redirect('/')))
})

const port = process.env.PORT ?? 3000
app.listen(port, () => console.log(`http://localhost:${port}`))
