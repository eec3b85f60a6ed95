import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket } from 'socket.io'
import { io, type Socket as Visitor } from 'socket.io-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { accountApp } from '../support/account.ts'
import { type Browser, browse } from '../support/browser.ts'
import { clientOf } from '../support/server.ts'
import {
  COMMON,
  type Implementation,
  implementations,
  type Middleware,
  type Options,
  type Request,
  type Session,
} from '../support/sessions.ts'

const sessionOf = (socket: Socket): Session => (socket.request as unknown as Request).session

/** What a chat would do: greet by name, count in the session, and send away who has logged out meanwhile. */
function chat(server: Server) {
  server.on('connection', socket => {
    const session = sessionOf(socket)
    socket.emit('hello', session.user ?? 'nobody', session.id)
    socket.on('visit', answer => {
      const session = sessionOf(socket)
      session.visits = Number(session.visits ?? 0) + 1
      session.save(error => answer(error ? String(error) : session.visits))
    })
    socket.on('whoami', answer => {
      sessionOf(socket).reload(error => {
        if (error) return socket.disconnect(true)
        answer(sessionOf(socket).user)
      })
    })
  })
}

async function open(sessions: Middleware) {
  const server = createServer(accountApp(sessions) as never).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new Server(server)
  sockets.engine.use(sessions as never)
  chat(sockets)
  onTestFinished(() => {
    server.closeAllConnections()
    return sockets.close()
  })
  const { port } = server.address() as AddressInfo
  return { browser: browse(clientOf(port)), url: `http://127.0.0.1:${port}` }
}

type Transport = 'polling' | 'websocket'

const TRANSPORTS: Record<Implementation['name'], Transport[]> = {
  'express-session': ['polling', 'websocket'],
  '@coatcheck/session': ['polling', 'websocket'],
}

async function join(url: string, browser: Browser, transport: Transport) {
  const extraHeaders = { cookie: browser.cookieHeader() }
  const socket: Visitor = io(url, {
    transports: [transport],
    extraHeaders,
    reconnection: false,
    forceNew: true,
  })
  onTestFinished(() => void socket.close())
  const [name, id] = await new Promise<[string, string]>((resolve, reject) => {
    socket.on('hello', (...greeting: [string, string]) => resolve(greeting))
    socket.on('connect_error', reject)
  })
  return { socket, name, id }
}

const both = implementations.flatMap(implementation =>
  TRANSPORTS[implementation.name].map(transport => ({ transport, ...implementation })),
)

describe.each(both)('socket.io by $transport with $name', ({ transport, session }) => {
  const sessions = (options: Options = {}) => session({ ...COMMON, ...options })

  it('handshake: the socket knows who has logged in by HTTP', async () => {
    const { browser, url } = await open(sessions())
    await browser.post('/login')
    expect((await join(url, browser, transport)).name).toBe('Ada')
    browser.cookies.clear()
    expect((await join(url, browser, transport)).name).toBe('nobody')
  })

  it('save: what an event handler writes is there for the next request, and the next socket', async () => {
    const { browser, url } = await open(sessions())
    await browser.post('/login')
    const { socket } = await join(url, browser, transport)
    expect(await socket.emitWithAck('visit')).toBe(1)
    expect(await socket.emitWithAck('visit')).toBe(2)
    expect((await browser.post('/visits')).text).toBe('3')
    const next = await join(url, browser, transport)
    expect(await next.socket.emitWithAck('visit')).toBe(4)
  })

  it('reload: tells a socket what a request has written', async () => {
    const { browser, url } = await open(sessions())
    await browser.post('/login')
    const { socket } = await join(url, browser, transport)
    await browser.post('/visits')
    expect(await socket.emitWithAck('whoami')).toBe('Ada')
    expect(await socket.emitWithAck('visit')).toBe(2)
  })

  it('logout: by HTTP ends the socket at its next reload', async () => {
    const { browser, url } = await open(sessions())
    await browser.post('/login')
    const { socket } = await join(url, browser, transport)
    expect(await socket.emitWithAck('whoami')).toBe('Ada')
    await browser.post('/logout')
    const gone = new Promise(resolve => socket.on('disconnect', resolve))
    socket.emit('whoami', () => {})
    expect(await gone).toBe('io server disconnect')
  })
})
