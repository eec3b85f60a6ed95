import type { AddressInfo } from 'node:net'
import { type RecordStore, type SessionOptions, session } from '@coatcheck/session'
import type { DatabaseServer } from '@coatcheck/store-conformance/containers'
import express from 'express'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { useServer } from './dedicated.ts'

interface Reply {
  status: number
  /** The body, or the code of the error that the app was told. */
  text: string
  cookie: string
}

/** Options of every store that makes its connections itself. */
interface OpenOptions {
  table?: string
  max?: number
  queryTimeout?: number
  connectTimeout?: number
}

interface Administration {
  /** The connections of stores, by the numbers that the server gives them. */
  connections(): Promise<number[]>
  end(connection: number): Promise<unknown>
}

/** A store whose server goes away. */
export interface GoingAway {
  /** A server for these tests alone. */
  readonly start: () => Promise<DatabaseServer>
  /** A store with connections of its own. */
  readonly open: (url: string, options?: OpenOptions) => RecordStore
  /** Connects to the server until the test ends, to list the connections of stores and to end one of them. */
  readonly administer: (url: string) => Promise<Administration>
  /** Tests of the connections of the app, which differ. */
  readonly own?: (server: () => DatabaseServer) => void
}

/** An Express 5 app with a session on this store; errors are answered with their code, or their message without one. */
export async function startApp(store: RecordStore, options: SessionOptions = {}) {
  const app = express()
  let errors = 0
  app.use(session.strict({ secret: 'a secret for tests', store, ...options }) as express.RequestHandler)
  app.get('/', (req, res) => {
    const visitor = (req as unknown as { session: { visits?: number } }).session
    visitor.visits = (visitor.visits ?? 0) + 1
    res.send(`${visitor.visits}`)
  })
  const handler: express.ErrorRequestHandler = (error, _req, res, _next) => {
    errors++
    res.status(error.status ?? 500).send(error.code ?? error.message)
  }
  app.use(handler)
  const server = app.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  })
  const { port } = server.address() as AddressInfo
  const get = async (cookie = ''): Promise<Reply> => {
    const reply = await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie } })
    const set = reply.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    return { status: reply.status, text: await reply.text(), cookie: set }
  }
  /** Ten requests at once. */
  const burst = (cookie?: string) => Promise.all(Array.from({ length: 10 }, () => get(cookie)))
  /** The cookie of a new session. On a busy machine a connection may take longer than a short limit, and then a request has a second try. */
  const begin = async (): Promise<string> => {
    for (;;) {
      const { cookie } = await get()
      if (cookie) return cookie
    }
  }
  return { get, burst, begin, errors: () => errors }
}

/** What is still under way in this process, but for what the test runner has there. */
function resources(): number {
  return process.getActiveResourcesInfo().filter(kind => kind === 'Timeout' || kind === 'TCPSocketWrap')
    .length
}

/** Warnings are about connections to this database that were lost. */
function expectWarningsOf(database: string): void {
  beforeEach(() => {
    const warned = (warning: Error & { code?: string }) => {
      if (warning.code === 'COATCHECK_OPTION') return
      expect(warning.message).toMatch(new RegExp(`^A connection to ${database} was lost`))
    }
    process.on('warning', warned)
    return () => void process.off('warning', warned)
  })
}

/** What users of an app see while the server of its sessions is stopped or frozen, and when it is back. */
export function describeOutages(database: string, { start, open, administer, own }: GoingAway): void {
  describe('a server that goes away', () => {
    const server = useServer(start)
    expectWarningsOf(database)
    const opened = (options?: OpenOptions) => {
      const store = open(server().url, options)
      onTestFinished(() => store.close())
      return store
    }
    itIsStopped(server, opened)
    itIsFrozen(server, opened)
    own?.(server)

    it('connections: ended by the server, all of them, cost no request after that', async () => {
      const admin = await administer(server().url)
      // A server may list a connection for a while after its end. Here are those of other tests.
      const ended = new Set(await admin.connections())
      const app = await startApp(opened())
      const { cookie } = await app.get()
      await app.burst(cookie)
      const unheard: number[] = []
      for (let i = 0; i < 5; i++) {
        let heard = 0
        const hear = () => void heard++
        process.on('warning', hear)
        const lost = (await admin.connections()).filter(connection => !ended.has(connection))
        for (const connection of lost) {
          ended.add(connection)
          await admin.end(connection)
        }
        // There is no warning of a connection that was still being made.
        await vi.waitUntil(() => heard === lost.length, { timeout: 5000 }).catch(() => {})
        process.off('warning', hear)
        expect(heard).toBeGreaterThan(0)
        unheard.push(lost.length - heard)
        for (const reply of await app.burst(cookie)) expect(reply.status).toBe(200)
      }
      expect(Math.min(...unheard)).toBe(0)
    })

    it('close: leaves no timer and no socket', async () => {
      const before = resources()
      const store = open(server().url)
      await Promise.all(Array.from({ length: 20 }, (_, i) => store.get(`${i}`)))
      await store.close()
      while (resources() > before) await new Promise(setImmediate)
      expect(resources()).toBeLessThanOrEqual(before)
    })
  })
}

type Opened = (options?: OpenOptions) => RecordStore

function itIsStopped(server: () => DatabaseServer, open: Opened): void {
  it('stopped: requests fail with one error each, and succeed when it is back, without a restart', async () => {
    const store = open()
    const app = await startApp(store)
    const { cookie } = await app.get()
    await app.burst(cookie)
    for (let outage = 1; outage <= 2; outage++) {
      const before = app.errors()
      const [under] = await Promise.all([app.burst(cookie), server().stopServer()])
      const broken = under.filter(reply => reply.status !== 200).length
      const replies = await app.burst(cookie)
      for (const reply of replies) {
        expect(reply).toMatchObject({ status: 503, text: 'ERR_SESSION_STORE_UNAVAILABLE' })
        expect(reply.cookie).toBe('')
      }
      expect(app.errors()).toBe(before + broken + replies.length)
      await server().startServer()
      // What was saved is there: the count goes on.
      const reply = await app.get(cookie)
      expect(reply.status).toBe(200)
      expect(Number(reply.text)).toBeGreaterThan(1)
    }
  })

  it('stopped: a store that was opened meanwhile is prepared when the server is there', async () => {
    await server().stopServer()
    const store = open({ table: 'later' })
    const app = await startApp(store)
    // Without a cookie nothing is read: it is the save that fails.
    expect(await app.get()).toMatchObject({ status: 503, text: 'ERR_SESSION_STORE_UNAVAILABLE' })
    await server().startServer()
    expect(await app.get()).toMatchObject({ status: 200, text: '1' })
  })
}

function itIsFrozen(server: () => DatabaseServer, open: Opened): void {
  it('frozen: requests fail when storeTimeout is over, and succeed when it goes on', async () => {
    const store = open()
    const app = await startApp(store, { storeTimeout: 300 })
    const cookie = await app.begin()
    await server().pause()
    for (const reply of await app.burst(cookie)) {
      expect(reply).toMatchObject({ status: 503, text: 'ERR_SESSION_STORE_TIMEOUT' })
    }
    await server().unpause()
    let reply = await app.get(cookie)
    while (reply.status !== 200) reply = await app.get(cookie)
    expect(Number(reply.text)).toBeGreaterThan(1)
  })

  it('frozen: without a storeTimeout they fail when queryTimeout or connectTimeout is over', async () => {
    const store = open({ queryTimeout: 300, connectTimeout: 200, max: 2 })
    const app = await startApp(store, { storeTimeout: 0 })
    const cookie = await app.begin()
    await server().pause()
    for (const reply of await app.burst(cookie)) {
      expect(reply).toMatchObject({ status: 503, text: 'ERR_SESSION_STORE_UNAVAILABLE' })
    }
    await server().unpause()
    // On a busy machine, a new connection may take longer than these limits.
    let reply = await app.get(cookie)
    while (reply.status !== 200) reply = await app.get(cookie)
    expect(Number(reply.text)).toBeGreaterThan(1)
  })
}
