import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryStore as OurMemoryStore, session as ours } from '@coatcheck/session'
import { createSessions } from '@coatcheck/session/fetch'
import expressSession from 'express-session'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Reply } from '../../../packages/session/test/support/http.ts'
import { clientOf } from '../support/server.ts'
import { apps, fetchApps, type Middleware } from './apps.ts'

const OPTIONS = {
  secret: 'a secret of the tests, of 32 characters',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: 60_000 },
}

/** Fifteen requests of one browser: method, path, status, text (`undefined`: the framework's own) and whether a cookie comes. */
const EXCHANGE: [method: string, path: string, status: number, text?: string][] = [
  ['GET', '/', 200, 'nobody 0'],
  ['GET', '/count', 200, 'views 1'],
  ['GET', '/count', 200, 'views 2'],
  ['POST', '/login', 200, 'hello'],
  ['GET', '/', 200, 'Ada 0'],
  ['GET', '/count', 200, 'views 1'],
  ['GET', '/redirect', 302],
  ['GET', '/', 200, 'Ada 2'],
  ['GET', '/stream', 200, 'ab'],
  ['HEAD', '/count', 200, ''],
  ['GET', '/fail', 500],
  ['GET', '/', 200, 'Ada 4'],
  ['POST', '/logout', 200, 'bye'],
  ['GET', '/', 200, 'nobody 0'],
]

/** A store whose writes take so long that a response which does not wait for them is found out. */
function slow<Store extends { set: (...args: never[]) => unknown }>(store: Store): Store {
  const set = store.set.bind(store) as (...args: unknown[]) => unknown
  store.set = ((...args: unknown[]) => setTimeout(() => set(...args), 30)) as unknown as Store['set']
  return store
}

async function serve(server: Server) {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return clientOf((server.address() as AddressInfo).port)
}

/** Drives the exchange, and then the session from before the login. Returns a line for each request. */
async function exchange(server: Server): Promise<string[]> {
  const client = await serve(server)
  const lines: string[] = []
  let cookie = ''
  let before = ''
  const ask = async (method: string, path: string) => {
    const reply = await client.get(path, { method, cookie })
    cookie = cookieOf(reply) ?? cookie
    const [, , , text] = EXCHANGE.find(([m, p]) => m === method && p === path)!
    lines.push(`${method} ${path}: ${reply.status} ${text === undefined ? '' : reply.text}`.trim())
  }
  for (const [method, path] of EXCHANGE) {
    if (path === '/login') before = cookie
    await ask(method, path)
  }
  cookie = before
  await ask('GET', '/')
  return lines
}

function cookieOf(reply: Reply): string | undefined {
  return reply.setCookie.find(line => line.startsWith('connect.sid='))?.split(';')[0]
}

const EXPECTED = [...EXCHANGE, ['GET', '/', 200, 'nobody 0'] as const].map(([method, path, status, text]) =>
  `${method} ${path}: ${status} ${text ?? ''}`.trim(),
)

// h3 1 prints the error of the page that fails.
beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue()
  onTestFinished(() => void vi.restoreAllMocks())
})

describe.each(Object.entries(apps))('%s', (name, build) => {
  it('app: fifteen requests are answered as they should be, and each sees what the one before has saved', async () => {
    const middleware = ours({ ...OPTIONS, store: slow(new OurMemoryStore()) as never })
    expect(await exchange(await build(middleware as Middleware))).toEqual(EXPECTED)
  })

  // Not under Hono: express-session does not hold the answers of its server back until the session is saved.
  if (!name.includes('hono')) {
    it('app: express-session answers the same', async () => {
      const middleware = expressSession({ ...OPTIONS, store: slow(new expressSession.MemoryStore()) })
      expect(await exchange(await build(middleware as never))).toEqual(EXPECTED)
    })
  }
})

describe.each(Object.entries(fetchApps))('@coatcheck/session/fetch under %s', (_, build) => {
  const { resave: _resave, saveUninitialized: _uninitialized, ...options } = OPTIONS

  it('app: fifteen requests are answered as they should be, and each sees what the one before has saved', async () => {
    const sessions = createSessions<{ user: string; views: number }>({
      ...options,
      store: slow(new OurMemoryStore()) as never,
    })
    expect(await exchange(build(sessions))).toEqual(EXPECTED)
  })

  it('app: a session that cannot be saved is an error, without a cookie', async () => {
    const store = new OurMemoryStore()
    store.set = ((_sid: string, _session: unknown, done: (error: Error) => void) => {
      setImmediate(done, new Error('store down'))
    }) as never
    const client = await serve(build(createSessions({ ...options, store: store as never })))
    const reply = await client.get('/count')
    expect([reply.status, reply.setCookie]).toEqual([500, []])
  })
})
