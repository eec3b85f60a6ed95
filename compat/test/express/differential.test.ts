import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { session as ours } from '@coatcheck/session'
import express from 'express'
import theirs from 'express-session'
import { expect, it, onTestFinished } from 'vitest'

// The same exchanges with express-session and with ours in its place, byte by byte: status line, headers and body of every response, and
// what is in the store afterwards.

const secret = 'a secret of thirty-two characters'

const settings: Record<string, object> = {
  'the defaults': { resave: true, saveUninitialized: true },
  'resave: false': { resave: false, saveUninitialized: false },
  rolling: { resave: false, saveUninitialized: false, rolling: true, cookie: { maxAge: 60_000 } },
  maxAge: { resave: false, saveUninitialized: true, cookie: { maxAge: 60_000, httpOnly: false } },
  'a secure cookie': {
    resave: false,
    saveUninitialized: true,
    proxy: true,
    cookie: { secure: 'auto', sameSite: 'strict' },
  },
  "unset: 'destroy'": { resave: false, saveUninitialized: false, unset: 'destroy' },
  'another name and path': { resave: false, saveUninitialized: true, name: 'sid', cookie: { path: '/shop' } },
  'a cookie of the request': {
    resave: false,
    saveUninitialized: true,
    cookie: (req: IncomingMessage) => ({
      domain: 'example.com',
      path: '/',
      priority: req.method === 'GET' ? 'high' : 'low',
    }),
  },
}

/** What a visitor does, one after the other, with the cookie that was last set. */
const visit: [method: string, path: string, headers?: string][] = [
  ['GET', '/shop/read'],
  ['POST', '/shop/write'],
  ['GET', '/shop/read', 'X-Forwarded-Proto: https'],
  ['HEAD', '/shop/read'],
  ['GET', '/shop/json'],
  ['GET', '/shop/stream'],
  ['GET', '/shop/redirect'],
  ['GET', '/shop/regenerate'],
  ['GET', '/shop/head'],
  ['GET', '/shop/reload'],
  ['GET', '/shop/null'],
  ['GET', '/shop/destroy'],
  ['GET', '/shop/error'],
  ['GET', '/elsewhere'],
]

type Session = typeof theirs
type Done = (error?: unknown) => void
interface ShopSession {
  items?: string[]
  [key: string]: unknown
  regenerate(done: Done): unknown
  reload(done: Done): unknown
  destroy(done: Done): unknown
}
type Shop = IncomingMessage & { session: ShopSession; sessionID: string }

function app(session: Session, options: object) {
  let ids = 0
  const store = new session.MemoryStore()
  const server = express()
  server.disable('x-powered-by')
  server.use(session({ secret, store, genid: () => `id-${++ids}`, ...options } as never))
  server.use((req, res) => handle(req as never, res as never))
  server.use((error: Error, _req: unknown, res: express.Response, _next: unknown) => {
    if (!res.headersSent) res.status(500).send(error.message)
  })
  return { server: createServer(server), store: store as unknown as { sessions: Record<string, string> } }
}

function handle(req: Shop, res: express.Response): unknown {
  const { session } = req
  const path = req.url?.replace('/shop', '')
  if (!session) return res.send('no session')
  if (path === '/write') session.items = [...(session.items ?? []), 'coat']
  if (path === '/json') return res.json({ items: session.items, id: req.sessionID })
  if (path === '/stream') {
    session.streamed = true
    res.write('one ')
    res.write('two ')
    return res.end('three')
  }
  if (path === '/redirect') {
    session.redirected = true
    return res.redirect('/shop/read')
  }
  if (path === '/regenerate') return session.regenerate(() => res.send(`now ${req.sessionID}`))
  if (path === '/head') {
    session.head = 1
    res.writeHead(201, { 'Content-Type': 'text/plain', 'Set-Cookie': 'own=1' })
    return res.end('created')
  }
  if (path === '/reload') return session.reload(error => res.send(String(error)))
  if (path === '/null') {
    req.session = null as never
    return res.send('unset')
  }
  if (path === '/destroy') return session.destroy(() => res.send(String(req.session)))
  if (path === '/error') throw new Error('shop closed')
  return res.send(`${session.items ?? 'nothing'}`)
}

/** Times differ by what a run takes. Where express-session sets a date, it may count a millisecond less as the lifetime. */
function withoutTimes(bytes: string): string {
  return bytes
    .replace(/("originalMaxAge":)(\d+)/g, (_, key, ms) => `${key}${Math.round(Number(ms) / 100)}00`)
    .replace(/^Date: .*$/m, 'Date: now')
    .replace(/(Expires=)[^;\r]*/g, '$1then')
    .replace(/"expires":"[^"]*"/g, '"expires":"then"')
}

async function exchange(server: Server, lines: string[]): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(`${[...lines, 'Host: shop.example', 'Connection: close'].join('\r\n')}\r\n\r\n`)
  return text(socket)
}

async function run(session: Session, options: object): Promise<string[]> {
  const { server, store } = app(session, options)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const seen: string[] = []
  let cookie = ''
  for (const [method, path, header] of visit) {
    const lines = [
      `${method} ${path} HTTP/1.1`,
      ...(cookie ? [`Cookie: ${cookie}`] : []),
      ...(header ? [header] : []),
    ]
    const bytes = await exchange(server, lines)
    cookie = /^Set-Cookie: ((?:connect\.sid|sid)=[^;\r]*)/m.exec(bytes)?.[1] ?? cookie
    const stored = Object.fromEntries(
      Object.entries(store.sessions).map(([id, json]) => [id, withoutTimes(json)]),
    )
    seen.push(`${method} ${path}\n${withoutTimes(bytes)}\n${JSON.stringify(stored)}`)
  }
  return seen
}

it.each(Object.entries(settings))(
  'drop-in: with %s every response has the same bytes',
  async (_, options) => {
    const expected = await run(theirs, options)
    expect(expected).toHaveLength(visit.length)
    expect(await run(ours as never, options)).toEqual(expected)
  },
)
