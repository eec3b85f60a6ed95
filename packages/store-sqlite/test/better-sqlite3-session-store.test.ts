import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { session } from '@coatcheck/session'
import { SqliteStore } from '@coatcheck/store-sqlite'
import betterSqlite3SessionStore from 'better-sqlite3-session-store'
import express from 'express'
import expressSession from 'express-session'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openClient, sessionOf } from './support/files.ts'

const HOUR = 3_600_000
const SECRET = 'a secret for tests'

/** The store of better-sqlite3-session-store. Its timer would keep the process alive, and cannot be stopped otherwise. */
function openPeer(client = openClient()) {
  const timer = vi.spyOn(globalThis, 'setInterval').mockReturnValue(undefined as never)
  const store = new (betterSqlite3SessionStore(expressSession))({ client })
  timer.mockRestore()
  return {
    client,
    store,
    get: promisify(store.get.bind(store)),
    set: promisify(store.set.bind(store)),
    touch: promisify(store.touch.bind(store)),
    destroy: promisify(store.destroy.bind(store)),
  }
}

/** express-session computes the lifetime back from the expiry, so that it may be a millisecond less. Here it is exact. */
function cookieOf(originalMaxAge: number | null): never {
  const Cookie = expressSession.Cookie as unknown as new (options: object) => never
  return Object.assign(new Cookie({ maxAge: originalMaxAge }), { originalMaxAge })
}

describe('better-sqlite3-session-store', () => {
  it('in place: its sessions are read, with their lifetimes', async () => {
    const peer = openPeer()
    await peer.set('a', { cookie: cookieOf(HOUR), user: 'Ada' } as never)
    await peer.set('no end', { cookie: cookieOf(null) } as never)
    await peer.set('gone', { cookie: cookieOf(HOUR) } as never)
    await peer.destroy('gone')
    const store = new SqliteStore({ client: peer.client })
    expect(await store.get('a')).toMatchObject({ user: 'Ada', cookie: { originalMaxAge: HOUR } })
    expect((await store.ids()).sort()).toEqual(['a', 'no end'])
    const ends = Object.fromEntries(
      peer.client.prepare('SELECT sid, expire FROM sessions').raw().all() as [string, string][],
    )
    expect(Date.parse(ends['no end']!) - Date.now()).toBeGreaterThan(24 * HOUR - 60_000)
  })

  it('in place: it reads ours, and touches and destroys them', async () => {
    const peer = openPeer()
    const store = new SqliteStore({ client: peer.client })
    await store.set('a', sessionOf({ user: 'Ada' }, HOUR))
    await store.set('b', sessionOf({ user: 'Bob' }))
    expect(await peer.get('a')).toMatchObject({ user: 'Ada', cookie: { originalMaxAge: HOUR, path: '/' } })
    expect(await peer.get('b')).toMatchObject({ user: 'Bob' })
    await peer.touch('a', { cookie: cookieOf(2 * HOUR) } as never)
    const { cookie } = (await store.get('a'))!
    expect(new Date(cookie.expires as Date).valueOf() - Date.now()).toBeGreaterThan(2 * HOUR - 60_000)
    await peer.destroy('b')
    expect(await store.get('b')).toBeUndefined()
    await store.destroy('a')
    expect(await peer.get('a')).toBeNull()
  })

  it('in place: what has expired there has expired here, and is pruned', async () => {
    const peer = openPeer()
    await peer.set('long', { cookie: cookieOf(HOUR) } as never)
    const insert = peer.client.prepare('INSERT INTO sessions VALUES (?, ?, ?)')
    insert.run('short', '{"cookie":{}}', new Date(Date.now() - 1).toISOString())
    const store = new SqliteStore({ client: peer.client })
    expect(await store.get('short')).toBeUndefined()
    expect(await store.length()).toBe(1)
    expect(await store.prune()).toBe(1)
    expect(await peer.get('long')).toBeDefined()
  })

  it('in place: the users of an app that changes both stay logged in, and can go back', async () => {
    const client = openClient()
    const options = { secret: SECRET, resave: false, saveUninitialized: false, cookie: { maxAge: HOUR } }
    const before = await serve(expressSession({ ...options, store: openPeer(client).store }) as never)
    const after = await serve(session({ ...options, store: new SqliteStore({ client }) }) as never)
    const cookie = (await before('/login')).headers.getSetCookie()[0]!.split(';')[0]!
    expect(await (await after('/', cookie)).text()).toBe('Ada 1')
    expect(await (await after('/', cookie)).text()).toBe('Ada 2')
    expect(await (await before('/', cookie)).text()).toBe('Ada 3')
    await after('/logout', cookie)
    expect(await (await before('/', cookie)).text()).toBe('nobody 1')
  })
})

async function serve(middleware: express.RequestHandler) {
  const app = express()
  app.use(middleware)
  type Visitor = { user?: string; visits?: number; destroy(done: () => void): void }
  const visitorOf = (req: express.Request) => (req as unknown as { session: Visitor }).session
  app.get('/login', (req, res) => {
    visitorOf(req).user = 'Ada'
    res.end()
  })
  app.get('/logout', (req, res) => visitorOf(req).destroy(() => res.end()))
  app.get('/', (req, res) => {
    const visitor = visitorOf(req)
    visitor.visits = (visitor.visits ?? 0) + 1
    res.end(`${visitor.user ?? 'nobody'} ${visitor.visits}`)
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  return (path: string, cookie = '') => fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } })
}
