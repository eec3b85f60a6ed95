import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import session, { type SessionOptions, type Store } from '@coatcheck/session'

interface Data {
  customer: string
  visits: number
}

export const PATHS = [
  'anonymous',
  'new',
  'untouched',
  'read',
  'write',
  'login',
  'login-at-once',
  'logout',
] as const

/** What a request does with its session. */
export type Path = (typeof PATHS)[number]

export interface TestServer {
  /** Makes a session with data, and returns its cookie. */
  signIn(): Promise<string>
  /** Sends one request and reads the response to its end. Throws if the response is wrong. */
  request(path: Path, cookie?: string): Promise<void>
  /** Sends one request, with a new session if the path needs one. */
  requestSignedIn(path: Path): Promise<void>
  close(): Promise<void>
}

/** The other paths are requested with GET. */
const POSTED: ReadonlySet<Path> = new Set(['write', 'login', 'login-at-once', 'logout'])

/** The middleware on `node:http`, as an application uses it. */
export async function startServer(store: Store, options: SessionOptions = {}): Promise<TestServer> {
  const middleware = session<Data>({
    secret: 'a secret of the tests, of 32 characters',
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 86_400_000 },
    store,
    ...options,
  })
  const server = createServer((req, res) => {
    middleware(req, res, error => {
      if (error) return res.writeHead(500).end(String(error))
      answer(req.url as string, middleware.of(req)).then(
        text => res.end(text),
        failure => res.writeHead(500).end(String(failure)),
      )
    })
  })

  async function answer(url: string, of: ReturnType<typeof middleware.of>): Promise<string> {
    const current = of!
    if (url === '/new') Object.assign(current, { customer: 'Ada', visits: 0 })
    if (url === '/read') return current.customer ?? 'nobody'
    if (url === '/write') current.visits = (current.visits ?? 0) + 1
    if (url === '/login') {
      await current.regenerate()
      Object.assign(current.req.session, { customer: 'Ada', visits: 0 })
    }
    if (url === '/login-at-once') await current.regenerate({ data: { customer: 'Ada', visits: 0 } })
    if (url === '/logout') await current.destroy()
    return 'done'
  }

  await once(server.listen(0, '127.0.0.1'), 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function send(path: Path, cookie?: string): Promise<Response> {
    const response = await fetch(`${base}/${path}`, {
      method: POSTED.has(path) ? 'POST' : 'GET',
      headers: cookie ? { cookie } : {},
    })
    const text = await response.text()
    if (text !== (path === 'read' ? 'Ada' : 'done')) throw new Error(`${path}: ${response.status} ${text}`)
    return response
  }

  const result: TestServer = {
    async signIn() {
      const response = await send('new')
      return response.headers.getSetCookie()[0]!.split(';', 1)[0]!
    },
    async request(path, cookie) {
      await send(path, cookie)
    },
    async requestSignedIn(path) {
      const guest = path === 'anonymous' || path === 'new'
      await send(path, guest ? undefined : await result.signIn())
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return result
}
