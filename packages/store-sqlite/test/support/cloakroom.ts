import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type SessionMiddleware, type SessionOptions, type SessionRequest, session } from '@coatcheck/session'
import type { SqliteStore } from '@coatcheck/store-sqlite'
import { onTestFinished } from 'vitest'

type Sessions = SessionMiddleware<{ guest: string; turns: number }>
type Visitor = NonNullable<ReturnType<Sessions['of']>>

const SECRET = 'a secret for tests'
const common: SessionOptions = {
  secret: SECRET,
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: 60_000 },
}

/** How an app may have set up its sessions. */
export const modes = {
  'resave: false': common,
  'resave: true': { ...common, resave: true },
  'rolling: true': { ...common, rolling: true, conflict: 'merge' },
  'resave and rolling': { ...common, resave: true, rolling: true, saveCookieChanges: true },
} satisfies Record<string, SessionOptions>

/** What a late request does to the session that it has read. */
const doings = {
  async read() {},
  async write(visitor: Visitor) {
    visitor.turns = 2
  },
  async save(visitor: Visitor) {
    visitor.turns = 2
    await visitor.save()
  },
  async 'save, which it has done before'(visitor: Visitor) {
    visitor.turns = 2
    await visitor.save()
  },
  async 'make it last longer'(visitor: Visitor) {
    visitor.cookie.maxAge = 90_000
    visitor.touch()
  },
  async reload(visitor: Visitor) {
    await visitor.reload()
  },
}

export type Work = keyof typeof doings
export const works: Work[] = Object.keys(doings) as Work[]

interface Gate {
  arrived: () => void
  opened: Promise<void>
}

/** A server with a login and a logout, and with requests that stop between reading the session and writing it. */
export async function openCloakroom(store: SqliteStore, options: SessionOptions) {
  const gates = new Map<string, Gate>()
  const sessions: Sessions = session({ ...options, store })

  async function answer(req: SessionRequest): Promise<string> {
    const visitor = sessions.of(req) as Visitor
    const [path, doing, number] = decodeURIComponent(req.url!).split('/').slice(1)
    if (path === 'login') {
      visitor.guest = 'Ada'
      return visitor.id
    }
    if (path === 'logout') {
      await new Promise<void>((resolve, reject) => {
        const done = (error?: unknown) => (error ? reject(error) : resolve())
        doing === 'destroy' ? visitor.destroy(done) : visitor.regenerate(done)
      })
    }
    if (path === 'late') {
      const gate = gates.get(number!)!
      if (doing!.endsWith('before')) {
        visitor.turns = 1
        await visitor.save()
      }
      gate.arrived()
      await gate.opened
      // It fails when the session is gone: that is right, and no reason not to answer.
      await doings[doing as Work](visitor).catch(() => {})
    }
    return sessions.of(req)?.guest ?? 'nobody'
  }

  const listener: RequestListener = (req, res) => {
    sessions(req, res, error => {
      if (error) return res.writeHead(500).end()
      answer(req as SessionRequest).then(
        text => res.end(text),
        failure => res.writeHead(500).end(String(failure)),
      )
    })
  }
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  const get = (path: string, cookie = '') =>
    fetch(`http://127.0.0.1:${port}/${encodeURI(path)}`, { headers: { cookie } })

  return {
    async login() {
      const reply = await get('login')
      return { cookie: reply.headers.getSetCookie()[0]!.split(';')[0]!, sid: await reply.text() }
    },
    logout: (cookie: string, how: 'destroy' | 'regenerate') => get(`logout/${how}`, cookie),
    guest: async (cookie: string) => (await get('whoami', cookie)).text(),
    /** A request that has read the session, and goes on when it is released. */
    late(cookie: string, doing: Work) {
      const number = String(gates.size)
      let [arrive, release] = [() => {}, () => {}]
      const arrived = new Promise<void>(resolve => {
        arrive = resolve
      })
      const opened = new Promise<void>(resolve => {
        release = resolve
      })
      gates.set(number, { arrived: arrive, opened })
      return { arrived, release: () => release(), reply: get(`late/${doing}/${number}`, cookie) }
    },
  }
}
