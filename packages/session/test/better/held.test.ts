import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { session } from '@coatcheck/session'
import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { type Listener, nextTurn, start } from '../support/http.ts'
import { dataIn, MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'

const secret = 'a secret of thirty-two characters'

/** A server of `node:http` that is closed after the test. */
async function serve(handler: (req: never, res: never) => unknown): Promise<string> {
  const server = createServer(handler as never).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function failing(): MapStore {
  const store = new MapStore()
  store.failing = { write: new Error('disk full') }
  return store
}

it('next: an error that nobody answers is answered, as where the middleware is wrapped in a promise', async () => {
  const told: unknown[] = []
  const middleware = session.strict({ secret, store: failing(), onError: error => told.push(error) })
  const url = await serve(async (req: { session: Record<string, unknown> }, res: ServerResponse) => {
    await new Promise<void>((resolve, reject) => {
      middleware(req as never, res as never, (error?: unknown) => (error ? reject(error) : resolve()))
    })
    req.session.user = 'Ada'
    res.end('page')
  })
  const reply = await fetch(url)
  expect([reply.status, reply.headers.getSetCookie()]).toEqual([500, []])
  expect(told).toMatchObject([{ message: 'disk full' }])
})

it('body: one of known length is not complete at the client before the save', async () => {
  const store = new MapStore()
  let save = () => {}
  const saving = new Promise<void>(resolve => {
    save = resolve
  })
  const write = store.set.bind(store) as (...args: unknown[]) => unknown
  store.set = ((...args: unknown[]) => saving.then(() => write(...args))) as never
  const body = 'x'.repeat(50_000)
  const handler: Listener = (req, res) => {
    req.session.user = 'Ada'
    res.setHeader('Content-Length', body.length)
    res.write(body.slice(0, 10))
    // Whoever waits for the callback of a write before the end does not wait for ever.
    res.write(body.slice(10), (() => res.end()) as never)
  }
  const app = await start(ours as never, handler, { store, resave: false, saveUninitialized: false } as never)
  const { hostname, port } = new URL(app.url)
  const socket = connect(Number(port), hostname)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  let got = ''
  socket.on('data', chunk => {
    got += chunk
  })
  while (!got.includes('x'.repeat(body.length - 1))) await once(socket, 'data')
  expect(got.endsWith(body)).toBe(false)
  save()
  await once(socket, 'close')
  expect(got.endsWith(body)).toBe(true)
  expect(dataIn(store)).toEqual([{ user: 'Ada' }])
})

it('send: what was sent before a throw arrives', async () => {
  const store = new MapStore()
  store.delay = 20
  const app = express()
  app.set('env', 'test')
  app.use(session.strict({ secret, store }))
  app.get('/', (req, res) => {
    Object.assign(req.session, { user: 'Ada' })
    res.send('page')
    throw new Error('too late')
  })
  const reply = await fetch(await serve(app as never))
  expect([reply.status, await reply.text()]).toEqual([200, 'page'])
  expect(dataIn(store)).toEqual([{ user: 'Ada' }])
})

it('write: after the end it calls back with the error that Node has for it', async () => {
  const store = new MapStore()
  store.delay = 20
  const heard: unknown[] = []
  const handler: Listener = (req, res) => {
    req.session.user = 'Ada'
    res.end('page')
    res.write('more', ((error: unknown) => heard.push(error)) as never)
  }
  const app = await start(ours.strict as never, handler, { store } as never)
  expect((await app.get()).text).toBe('page')
  expect(heard).toMatchObject([{ code: 'ERR_STREAM_WRITE_AFTER_END' }])
})

it.each(['/cookie', '/none'])(
  'stream: a save that fails after it has begun is told to onError (%s)',
  async path => {
    const told: unknown[] = []
    const handler: Listener = async (req, res) => {
      if (req.url === '/cookie') req.session.user = 'Ada'
      res.write('some ')
      await nextTurn()
      req.session.later = true
      res.end('body')
    }
    const options = { store: failing(), onError: (error: unknown) => told.push(error) }
    const app = await start(ours.strict as never, handler, options as never)
    expect((await app.get(path)).text).toBe('some body')
    const [{ code, message }] = told as [{ code?: string; message: string }]
    expect(path === '/cookie' ? message : code).toBe(
      path === '/cookie' ? 'disk full' : 'ERR_SESSION_TOO_LATE',
    )
  },
)

it('stream: a session that is made after the head has gone is told, and not stored', async () => {
  const store = new MapStore()
  const told: unknown[] = []
  const handler: Listener = async (req, res) => {
    res.write('some ')
    await nextTurn()
    req.session.user = 'Ada'
    res.end('body')
  }
  const options = { store, onError: (error: unknown) => told.push(error) }
  const app = await start(ours.strict as never, handler, options as never)
  const reply = await app.get()
  expect([reply.text, reply.setCookie, store.rows.size]).toEqual(['some body', [], 0])
  expect(told).toMatchObject([{ code: 'ERR_SESSION_TOO_LATE' }])
})

it('stream: one without an end is saved when the client goes', async () => {
  const store = new MapStore()
  let begun = () => {}
  const beginning = new Promise<void>(resolve => {
    begun = resolve
  })
  const handler: Listener = (req, res) => {
    req.session.user = 'Ada'
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.write('data: 1\n\n')
    req.session.events = 1
    begun()
  }
  const app = await start(ours.strict as never, handler, { store } as never)
  const abort = new AbortController()
  const reply = await fetch(app.url, { signal: abort.signal })
  expect(reply.headers.getSetCookie()).toHaveLength(1)
  await beginning
  abort.abort()
  const end = Date.now() + 20_000
  while (store.rows.size === 0 && Date.now() < end) await new Promise(resolve => setTimeout(resolve, 10))
  expect(dataIn(store)).toEqual([{ user: 'Ada', events: 1 }])
})
