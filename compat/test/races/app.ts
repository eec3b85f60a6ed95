import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Gate, gate } from './gates.ts'

/** The parts of a session that express-session has too. */
interface Visitor {
  id: string
  cookie: { maxAge?: number | null }
  guest?: string
  turns?: number
  save(done: (error?: unknown) => void): unknown
  touch(): unknown
  reload(done: (error?: unknown) => void): unknown
  destroy(done: (error?: unknown) => void): unknown
  regenerate(done: (error?: unknown) => void): unknown
  [count: `count${number}`]: number | undefined
}

type Request = IncomingMessage & { session: Visitor | undefined }

/** Middleware of ours, or express-session's. */
export type Middleware = (req: never, res: never, next: (error?: unknown) => void) => unknown

export interface Reply {
  status: number
  text: string
  setCookie: string[]
}

type Method = 'save' | 'reload' | 'destroy' | 'regenerate'

function call(visitor: Visitor, method: Method): Promise<void> {
  return new Promise((resolve, reject) => {
    visitor[method]((error?: unknown) => (error ? reject(error) : resolve()))
  })
}

/** What a late request does to the session that it has read. */
const doings = {
  async read() {},
  async write(visitor: Visitor) {
    visitor.turns = 2
  },
  async save(visitor: Visitor) {
    visitor.turns = 2
    await call(visitor, 'save')
  },
  async 'save, which it has done before'(visitor: Visitor) {
    visitor.turns = 2
    await call(visitor, 'save')
  },
  async 'make it last longer'(visitor: Visitor) {
    visitor.cookie.maxAge = 90_000
    visitor.touch()
  },
  async reload(visitor: Visitor) {
    await call(visitor, 'reload')
  },
  async regenerate(visitor: Visitor) {
    await call(visitor, 'regenerate')
  },
}

export type Doing = keyof typeof doings
export const allDoings = Object.keys(doings) as Doing[]

/** A server whose requests can be stopped between reading the session and writing it. */
export async function openApp(sessions: Middleware) {
  const gates: Gate[] = []

  async function answer(req: Request): Promise<string> {
    const visitor = req.session!
    const [path, first, second] = decodeURIComponent(req.url!).split('/').slice(1)
    if (path === 'login') {
      visitor.guest = 'Ada'
      return visitor.id
    }
    if (path === 'logout') await call(visitor, first as Method)
    if (path === 'late') {
      if (first!.endsWith('before')) {
        visitor.turns = 1
        await call(visitor, 'save')
      }
      await gates[Number(second)]!.pass()
      // It fails when the session is gone: that is right, and no reason not to answer.
      await doings[first as Doing](visitor).catch(() => {})
    }
    if (path === 'count') visitor[`count${Number(first)}`] = (visitor[`count${Number(first)}`] ?? 0) + 1
    if (path === 'counts') return JSON.stringify(visitor)
    return req.session?.guest ?? 'nobody'
  }

  const server = createServer((req, res) => {
    const fail = (error: unknown) => {
      if (!res.headersSent) res.writeHead(500)
      res.end(String(error))
    }
    sessions(req as never, res as never, error => {
      if (error) return fail(error)
      answer(req as Request).then(text => res.end(text), fail)
    })
  })
  // A connection that waits for its next request must not be closed just when that is sent.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const agent = new Agent({ keepAlive: true })
  const { port } = server.address() as AddressInfo

  function get(path: string, cookie = ''): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const options = { port, host: '127.0.0.1', path: `/${encodeURI(path)}`, headers: { cookie }, agent }
      request(options, res => {
        let text = ''
        res.setEncoding('utf8').on('data', chunk => {
          text += chunk
        })
        res.on('end', () =>
          resolve({ status: res.statusCode!, text, setCookie: res.headers['set-cookie'] ?? [] }),
        )
      })
        .on('error', reject)
        .end()
    })
  }

  return {
    get,
    async login() {
      const reply = await get('login')
      return { cookie: reply.setCookie[0]!.split(';')[0]!, sid: reply.text }
    },
    /** A request that has read the session, and goes on when its gate is opened. */
    late(cookie: string, doing: Doing) {
      const { arrived, open } = gates[gates.push(gate()) - 1]!
      return { arrived, open, reply: get(`late/${doing}/${gates.length - 1}`, cookie) }
    },
    async close() {
      agent.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export type App = Awaited<ReturnType<typeof openApp>>
