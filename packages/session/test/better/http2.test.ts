import { once } from 'node:events'
import { connect, createServer, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Listener, SECRET } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { slowStore } from '../support/slow-store.ts'
import { storeWith } from '../support/stores.ts'
import type { Options } from '../support/types.ts'

interface Answer {
  headers: IncomingHttpHeaders
  /** When the head came, by `performance.now()`. */
  at: number
  text: string
}

/** An HTTP/2 server of one handler, and a client of it. */
async function http2(handler: Listener, options: Options = {}) {
  const middleware = ours({ secret: SECRET, resave: false, saveUninitialized: false, ...options })
  const errors: unknown[] = []
  const server = createServer((req, res) => {
    middleware(req as never, res as never, error => {
      if (!error) return handler(req as never, res as never)
      errors.push(error)
      if (!res.headersSent) res.writeHead(500, { 'X-Error': 'yes' }).end((error as Error).message)
    })
  }).listen(0)
  await once(server, 'listening')
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(async () => {
    client.destroy()
    server.close()
    await once(server, 'close')
  })
  const get = async (path = '/', cookie?: Answer, method = 'GET'): Promise<Answer> => {
    const sent = cookie?.headers['set-cookie']?.map(line => line.split(';')[0]).join('; ')
    const stream = client.request({ ':path': path, ':method': method, ...(sent && { cookie: sent }) })
    let text = ''
    stream.setEncoding('utf8').on('data', chunk => {
      text += chunk
    })
    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders]
    const at = performance.now()
    if (!stream.readableEnded) await once(stream, 'end')
    return { headers, at, text }
  }
  return { get, errors }
}

// Unlike that of HTTP/1, this setHeader does not give the response back.
const answers: [string, Listener][] = [
  [
    'end',
    (_req, res) => {
      res.setHeader('X-Own', 'yes')
      res.end('hello')
    },
  ],
  ['an explicit head', (_req, res) => res.writeHead(201, { 'X-Own': 'yes' }).end('hello')],
  ['no body', (_req, res) => res.writeHead(204, { 'X-Own': 'yes' }).end()],
  [
    'end(callback)',
    (_req, res) => {
      res.setHeader('X-Own', 'yes')
      res.end(() => {})
    },
  ],
]

/** What this file has warned of: Node tells it once in a process. */
const warned: string[] = []
process.on('warning', ({ message }: Error) => warned.push(message))

describe('HTTP/2', () => {
  it.each(answers)('http2: %s is held until the session is saved', async (name, answer) => {
    const store = slowStore(100)
    const app = await http2(
      (req, res) => {
        req.session.user = 'Ada'
        answer(req, res)
      },
      { store },
    )
    const { headers, at, text } = await app.get()
    expect(at).toBeGreaterThanOrEqual(store.written)
    expect(headers['set-cookie']).toHaveLength(1)
    expect(headers['x-own']).toBe('yes')
    expect(headers[':status']).toBe(name === 'an explicit head' ? 201 : name === 'no body' ? 204 : 200)
    expect(text).toBe(name === 'end' || name === 'an explicit head' ? 'hello' : '')
  })

  it('http2: sessions live from login to logout', async () => {
    const app = await http2(async (req, res) => {
      if (req.url === '/login') req.session.user = 'Ada'
      if (req.url === '/logout') await req.session.destroy()
      res.end(String(req.session?.user))
    })
    const cookie = await app.get('/login')
    expect((await app.get('/', cookie)).text).toBe('Ada')
    expect((await app.get('/logout', cookie)).text).toBe('undefined')
    expect((await app.get('/', cookie)).text).toBe('undefined')
  })

  it.each([
    ['write', (res: Parameters<Listener>[1]) => res.write('first ')],
    ['flushHeaders', (res: Parameters<Listener>[1]) => res.flushHeaders()],
  ])('http2: a stream that begins with %s is held at its end only', async (_, begin) => {
    const store = slowStore(200)
    const app = await http2(
      async (req, res) => {
        req.session.user = 'Ada'
        res.setHeader('X-Own', 'yes')
        begin(res)
        await sleep(30)
        res.write('middle ')
        res.end('last')
      },
      { store },
    )
    const { headers, at, text } = await app.get()
    expect(at).toBeLessThan(store.written)
    expect(performance.now()).toBeGreaterThanOrEqual(store.written)
    expect(headers['set-cookie']).toHaveLength(1)
    expect(headers['x-own']).toBe('yes')
    expect(text).toMatch(/middle last$/)
  })

  it('http2: neither a save nor its failure makes a warning', async () => {
    const store = storeWith(ours)
    const visit: Listener = (req, res) => {
      req.session.user = 'Ada'
      res.end('page')
    }
    const app = await http2(visit, { store, onSaveError: 'error' })
    expect((await app.get()).text).toBe('page')
    store.set = (_id, _session, done) => void setImmediate(done as never, new Error('store down'))
    expect((await app.get()).text).toBe('store down')
    await new Promise(setImmediate)
    expect(warned.filter(message => /Status message/.test(message))).toEqual([])
  })

  it('http2: HEAD', async () => {
    const app = await http2((req, res) => {
      req.session.user = 'Ada'
      res.end('body')
    })
    const { headers, text } = await app.get('/', undefined, 'HEAD')
    expect([headers[':status'], headers['set-cookie']?.length, text]).toEqual([200, 1, ''])
  })

  it('http2: headersSent is true once the response has been finished', async () => {
    const seen: boolean[] = []
    const app = await http2(
      (req, res) => {
        req.session.user = 'Ada'
        seen.push(res.headersSent)
        res.end('body')
        seen.push(res.headersSent)
      },
      { store: slowStore(20) },
    )
    await app.get()
    expect(seen).toEqual([false, true])
  })

  it.each(answers.slice(0, 2))('http2: a failed save takes the place of %s', async (_, answer) => {
    const store = storeWith(ours)
    store.set = (_id, _data, done) => setTimeout(done!, 10, new Error('store down'))
    const handler: Listener = (req, res) => {
      req.session.user = 'Ada'
      answer(req, res)
    }
    const app = await http2(handler, { store, onSaveError: 'error' })
    const { headers, text } = await app.get()
    expect([headers[':status'], headers['x-error'], text]).toEqual([500, 'yes', 'store down'])
    expect(headers['set-cookie']).toBeUndefined()
  })
})
