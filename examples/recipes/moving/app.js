import session from '@coatcheck/session'
import { migratingStore, openStore } from '@coatcheck/session/stores'
import express from 'express'

const to = await openStore(process.env.SESSION_STORE ?? 'redis://localhost')
// While you move: the store from before.
const from = process.env.OLD_STORE && (await openStore(process.env.OLD_STORE))

const app = express()

app.use(
  session.strict({
    secret: process.env.SESSION_SECRET,
    store: from ? migratingStore({ from, to }) : to,
    cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
  }),
)

app.get('/', (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.send(`Views: ${req.session.views}`)
})

app.post('/logout', async (req, res) => {
  await req.session.destroy()
  res.send('Bye')
})

const port = process.env.PORT ?? 3000
app.listen(port, () => console.log(`http://localhost:${port}`))
