import { once } from 'node:events'
import { createServer, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { accountApp } from '../support/account.ts'
import { type Browser, browse } from '../support/browser.ts'
import { clientOf } from '../support/server.ts'
import { COMMON, implementations, type Middleware, type Request } from '../support/sessions.ts'

/** What the middleware is given for a response, where there is none. */
const responses: Record<string, (req: Request) => unknown> = {
  'an empty object': () => ({}),
  'a ServerResponse': req => new ServerResponse(req),
}

/** Answers each message: it counts, tells who is there, or logs out. */
function answer(req: Request, socket: WebSocket) {
  socket.on('message', message => {
    const { session } = req
    if (String(message) === 'logout') return session.destroy(error => socket.send(String(error ?? 'bye')))
    if (String(message) === 'reload') {
      return session.reload(error => socket.send(String(error ? 'gone' : req.session.visits)))
    }
    session.visits = Number(session.visits ?? 0) + 1
    session.save(error => socket.send(String(error ?? session.visits)))
  })
}

async function open(sessions: Middleware, responseFor: (req: Request) => unknown) {
  const server = createServer(accountApp(sessions) as never)
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (req: Request, socket, head) => {
    sessions(req, responseFor(req) as never, error => {
      if (error || !req.session.user) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      sockets.handleUpgrade(req, socket, head, accepted => answer(req, accepted))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  const browser = browse(clientOf(port))
  return { browser, join: () => join(`ws://127.0.0.1:${port}`, browser) }
}

async function join(url: string, browser: Browser) {
  const socket = new WebSocket(url, { headers: { cookie: browser.cookieHeader() } })
  await once(socket, 'open')
  return async (message: string) => {
    const answered = once(socket, 'message')
    socket.send(message)
    return String((await answered)[0])
  }
}

const both = Object.entries(responses).flatMap(([response, responseFor]) =>
  implementations.map(implementation => ({ response, responseFor, ...implementation })),
)

describe.each(both)('ws with $name and $response', ({ session, responseFor }) => {
  it('upgrade: who has logged in by HTTP is let in, and nobody else', async () => {
    const { browser, join } = await open(session(COMMON), responseFor)
    await expect(join()).rejects.toThrow('401')
    await browser.post('/login')
    const ask = await join()
    expect(await ask('visit')).toBe('1')
  })

  it('save: what a socket writes is there for the next request, and reload the other way', async () => {
    const { browser, join } = await open(session(COMMON), responseFor)
    await browser.post('/login')
    const ask = await join()
    expect(await ask('visit')).toBe('1')
    expect((await browser.post('/visits')).text).toBe('2')
    expect(await ask('reload')).toBe('2')
    expect(await ask('visit')).toBe('3')
  })

  it('logout: on either side is seen on the other', async () => {
    const { browser, join } = await open(session(COMMON), responseFor)
    await browser.post('/login')
    const [one, other] = [await join(), await join()]
    expect(await one('logout')).toBe('bye')
    expect(await other('reload')).toBe('gone')
    expect((await browser.visit('/')).text).toBe('nobody')
    await browser.post('/login')
    const third = await join()
    await browser.post('/logout')
    expect(await third('reload')).toBe('gone')
  })
})
