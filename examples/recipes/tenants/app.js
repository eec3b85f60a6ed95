import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import express from 'express'

async function tenant(name) {
  return {
    name,
    secret: process.env[`SECRET_OF_${name.toUpperCase()}`],
    // A file, a prefix or a table for each tenant.
    store: await openStore(process.env[`STORE_OF_${name.toUpperCase()}`] ?? `sqlite:./${name}.db`),
  }
}

const tenants = new Map([
  ['acme.localhost', await tenant('acme')],
  ['globex.localhost', await tenant('globex')],
])

const app = express()

app.use((req, res, next) => {
  req.tenant = tenants.get(req.hostname)
  if (req.tenant) next()
  else res.status(404).send('No such site')
})

app.use(
  session.strict({
    secret: req => req.tenant.secret,
    store: req => req.tenant.store,
    cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
  }),
)

app.get('/', (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.send(`${req.tenant.name}: ${req.session.views}`)
})

app.get('/count', async (req, res) => res.send(`${await req.tenant.store.length()} sessions`))

const port = process.env.PORT ?? 3000
app.listen(port, () => console.log(`http://acme.localhost:${port}`))
