import { createServer, ServerResponse } from 'node:http'
import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import express from 'express'
import { WebSocketServer } from 'ws'

const sessions = session.strict({
  secret: process.env.SESSION_SECRET,
  store: await openStore(process.env.SESSION_STORE ?? 'sqlite:./sessions.db'),
  cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
})

const app = express()
app.use(sessions)
app.use(express.urlencoded())

app.get('/', (req, res) =>
  res.send(`${req.session.user ?? 'Nobody'} has sent ${req.session.messages ?? 0} messages`),
)

app.post('/login', async (req, res) => {
  await req.session.regenerate({ data: { user: req.body.user } })
  res.redirect(303, '/')
})

app.post('/logout', async (req, res) => {
  for (const socket of sockets.clients) if (socket.sid === req.sessionID) socket.close(4001, 'logged out')
  await req.session.destroy()
  res.redirect(303, '/')
})

const server = createServer(app)
const sockets = new WebSocketServer({ noServer: true })
// Browsers send cookies with sockets of other sites as well.
const origins = (process.env.ORIGINS ?? 'http://localhost:3000').split(',')

server.on('upgrade', (req, socket, head) => {
  const refuse = status => socket.end(`HTTP/1.1 ${status}\r\n\r\n`)
  if (!origins.includes(req.headers.origin)) return refuse('403 Forbidden')
  sessions(req, new ServerResponse(req), error => {
    if (error) return refuse('500 Internal Server Error')
    if (!req.session.user) return refuse('401 Unauthorized')
    sockets.handleUpgrade(req, socket, head, accepted => talk(req, accepted))
  })
})

function talk(req, socket) {
  socket.sid = req.sessionID
  socket.on('error', console.error)
  socket.on('message', async () => {
    try {
      // A socket lives for long: take what requests have stored meanwhile, and save by hand.
      await req.session.reload()
      req.session.messages = (req.session.messages ?? 0) + 1
      await req.session.save()
      socket.send(`${req.session.user}: ${req.session.messages}`)
    } catch {
      // The session has ended, here or on another server.
      socket.close(4001, 'logged out')
    }
  })
}

const port = process.env.PORT ?? 3000
server.listen(port, () => console.log(`http://localhost:${port}`))
