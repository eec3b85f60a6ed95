import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type Listener, SECRET, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { quiet } from '../support/overtaken.ts'
import type { Request, Response } from '../support/types.ts'

/** An app and, on the same store, a WebSocket server that saves each message under its own name. */
async function chat(store: object, options: object) {
  const handler: Listener = async (req, res) => {
    if (req.url === '/logout') await req.session.destroy()
    else if (req.url === '/rotate') await (req.session.regenerate as (o: object) => unknown)(rotation)
    else if (req.url !== '/') req.session[req.url!.slice(1)] = true
    res.end(JSON.stringify(Object.keys(req.session ?? {}).sort()))
  }
  const app = await start(ours, handler, { store, ...quiet, ...options })
  const session = ours({ secret: SECRET, store, ...quiet, ...options })
  const server = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (req, socket, head) => {
    session(req as Request, {} as Response, () => {
      sockets.handleUpgrade(req, socket, head, ws => {
        ws.on('message', async message => {
          const { session } = req as Request
          session[String(message)] = true
          const code = await (session.save() as Promise<void>).catch(error => error.code)
          ws.send(code ?? 'saved')
        })
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate()
    server.close()
  })
  const connect = async (cookie: string) => {
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
    const socket = new WebSocket(url, { headers: { cookie } })
    await once(socket, 'open')
    return async (text: string) => {
      socket.send(text)
      const [answer] = await once(socket, 'message')
      return String(answer)
    }
  }
  return { ...app, connect }
}

const rotation = { keep: true, grace: 60_000 }
const pair = (reply: { setCookie: string[] }) => reply.setCookie[0]!.split(';')[0]!

describe.each([
  ['a RecordStore', () => new MapStore()],
  ['MemoryStore', () => new ours.MemoryStore()],
])('upgrade on %s', (name, makeStore) => {
  const tells = name === 'a RecordStore'

  it('upgrade: a save over a socket keeps what requests have saved meanwhile', async () => {
    const app = await chat(makeStore(), { conflict: 'merge' })
    const cookie = pair(await app.get('/login'))
    const send = await app.connect(cookie)
    await app.get('/page', { cookie })
    expect(await send('first')).toBe('saved')
    await app.get('/again', { cookie })
    expect(await send('second')).toBe('saved')
    const kept = JSON.parse((await app.get('/', { cookie })).text)
    const all = ['again', 'cookie', 'first', 'login', 'page', 'second']
    // Without conditional updates the socket's session replaces the stored one.
    expect(kept).toEqual(tells ? all : ['cookie', 'first', 'login', 'second'])
  })

  it('upgrade: a save over a socket does not undo a logout', async () => {
    const app = await chat(makeStore(), {})
    const cookie = pair(await app.get('/login'))
    const send = await app.connect(cookie)
    expect(await send('first')).toBe('saved')
    await app.get('/logout', { cookie })
    expect([await send('second'), await send('third')]).toEqual(['ERR_SESSION_GONE', 'ERR_SESSION_GONE'])
    expect((await app.get('/', { cookie })).text).toBe('["cookie"]')
  })

  it('upgrade: a socket that was opened with an old id writes to the new one', async () => {
    const app = await chat(makeStore(), { conflict: 'merge' })
    const cookie = pair(await app.get('/login'))
    const send = await app.connect(cookie)
    const rotated = await app.get('/rotate', { cookie })
    expect([await send('first'), await send('second')]).toEqual(['saved', 'saved'])
    expect((await app.get('/', { cookie: rotated })).text).toBe('["cookie","first","login","second"]')
  })
})
