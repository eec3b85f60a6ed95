import { setTimeout as sleep } from 'node:timers/promises'
import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import express from 'express'

// A wrong host or password fails here, before the server takes requests.
const store = await openStore(process.env.SESSION_STORE ?? 'redis://localhost')

const app = express()
let stopping = false

app.use(
  session.strict({
    secret: process.env.SESSION_SECRET.split(','),
    store,
    cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
    // TLS ends at the ingress.
    proxy: true,
    // Kubernetes asks every few seconds. That needs no session.
    skip: req => req.url === '/ready',
  }),
)

app.get('/ready', (_req, res) => res.status(stopping ? 503 : 200).end())

app.get('/', (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.send(`Views: ${req.session.views}`)
})

app.get('/slow', async (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  await sleep(Number(process.env.SLOW ?? 2000))
  res.send(`Views: ${req.session.views}`)
})

const port = process.env.PORT ?? 3000
const server = app.listen(port, () => console.log(`http://localhost:${port}`))

async function stop() {
  if (stopping) return
  stopping = true
  // Meanwhile the balancer learns that this process is not ready.
  await sleep(Number(process.env.DRAIN ?? 5000))
  // Requests that are under way end, with their sessions saved.
  await new Promise(resolve => server.close(resolve))
  await store.close()
}

process.on('SIGTERM', stop)
process.on('SIGINT', stop)
