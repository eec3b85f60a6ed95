import { createServer } from 'node:http'
import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import express from 'express'
import { Server } from 'socket.io'

const sessions = session.strict({
  secret: process.env.SESSION_SECRET ?? 'for development only',
  store: await openStore(process.env.SESSION_STORE ?? 'memory:'),
  cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
})

const app = express()
app.use(sessions)

const page = session => `user: ${session.user ?? 'nobody'}, views: ${session.views ?? 0}`

app.get('/', (req, res) => res.send(page(req.session)))
app.post('/count', (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.redirect(303, '/')
})
app.post('/login', async (req, res) => {
  await req.session.regenerate()
  req.session.user = 'Ada'
  res.redirect(303, '/')
})
app.post('/logout', async (req, res) => {
  // The sockets of this session are told to go.
  io.in(req.session.id).disconnectSockets(true)
  await req.session.destroy()
  res.redirect(303, '/')
})

const server = createServer(app)
const io = new Server(server)
io.engine.use(sessions)
io.on('connection', socket => {
  const req = socket.request
  socket.join(req.session.id)
  socket.on('count', async answer => {
    // A socket lives for long: take what requests have stored meanwhile, and save by hand.
    await req.session.reload()
    req.session.views = (req.session.views ?? 0) + 1
    await req.session.save()
    answer(page(req.session))
  })
})

const port = process.env.PORT ?? 3000
server.listen(port, () => console.log(`http://localhost:${port}`))
