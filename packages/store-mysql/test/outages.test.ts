import type { AddressInfo } from 'node:net'
import { type SessionOptions, session } from '@coatcheck/session'
import { type MysqlServer, startMysql } from '@coatcheck/store-conformance/containers'
import { MysqlStore } from '@coatcheck/store-mysql'
import express from 'express'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'

interface Reply {
  status: number
  /** The body, or the code of the error that the app was told. */
  text: string
  cookie: string
}

/** An Express 5 app with a session on this store; errors are answered with their code, or their message without one. */
async function start(store: MysqlStore, options: SessionOptions = {}) {
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
  return { get, burst, errors: () => errors }
}

/** What is still under way in this process, but for what the test runner has there. */
function resources(): number {
  return process.getActiveResourcesInfo().filter(kind => kind === 'Timeout' || kind === 'TCPSocketWrap')
    .length
}

describe('a server that goes away', () => {
  let server: MysqlServer
  beforeAll(async () => {
    server = await startMysql({ dedicated: true })
  })
  afterAll(() => server.stop())
  beforeEach(() => {
    const warned = (warning: Error & { code?: string }) => {
      if (warning.code === 'COATCHECK_OPTION') return
      expect(warning.message).toMatch(/^A connection to MySQL was lost/)
    }
    process.on('warning', warned)
    return () => void process.off('warning', warned)
  })

  function open(options = {}): MysqlStore {
    const store = MysqlStore.open(server.url, options)
    onTestFinished(() => store.close())
    return store
  }

  it('stopped: requests fail with one error each, and succeed when it is back, without a restart', async () => {
    const store = open()
    const app = await start(store)
    const { cookie } = await app.get()
    await app.burst(cookie)
    for (let outage = 1; outage <= 2; outage++) {
      const before = app.errors()
      const [under] = await Promise.all([app.burst(cookie), server.stopServer()])
      const broken = under.filter(reply => reply.status !== 200).length
      const replies = await app.burst(cookie)
      for (const reply of replies) {
        expect(reply).toMatchObject({ status: 503, text: 'ERR_SESSION_STORE_UNAVAILABLE' })
        expect(reply.cookie).toBe('')
      }
      expect(app.errors()).toBe(before + broken + replies.length)
      await server.startServer()
      // What was saved is there: the count goes on.
      const reply = await app.get(cookie)
      expect(reply.status).toBe(200)
      expect(Number(reply.text)).toBeGreaterThan(1)
    }
  })

  it('stopped: a store that was opened meanwhile is prepared when the server is there', async () => {
    await server.stopServer()
    const store = open({ table: 'later' })
    const app = await start(store)
    // Without a cookie nothing is read: it is the save that fails.
    expect(await app.get()).toMatchObject({ status: 503, text: 'ERR_SESSION_STORE_UNAVAILABLE' })
    await server.startServer()
    expect(await app.get()).toMatchObject({ status: 200, text: '1' })
  })

  it('frozen: requests fail when storeTimeout is over, and succeed when it goes on', async () => {
    const store = open()
    const app = await start(store, { storeTimeout: 300 })
    const { cookie } = await app.get()
    await server.pause()
    for (const reply of await app.burst(cookie)) {
      expect(reply).toMatchObject({ status: 503, text: 'ERR_SESSION_STORE_TIMEOUT' })
    }
    await server.unpause()
    let reply = await app.get(cookie)
    while (reply.status !== 200) reply = await app.get(cookie)
    expect(Number(reply.text)).toBeGreaterThan(1)
  })

  it('frozen: without a storeTimeout they fail when queryTimeout or connectTimeout is over', async () => {
    const store = open({ queryTimeout: 300, connectTimeout: 200, max: 2 })
    const app = await start(store, { storeTimeout: 0 })
    const { cookie } = await app.get()
    await server.pause()
    for (const reply of await app.burst(cookie)) {
      expect(reply).toMatchObject({ status: 503, text: 'ERR_SESSION_STORE_UNAVAILABLE' })
    }
    await server.unpause()
    expect(await app.get(cookie)).toMatchObject({ status: 200, text: '2' })
  })

  it('pool: of the app, storeTimeout ends the wait for a connection', async () => {
    const pool = mysql.createPool({ uri: server.url, connectionLimit: 1 })
    onTestFinished(() => pool.end())
    const store = new MysqlStore({ client: pool, table: 'held' })
    onTestFinished(() => store.close())
    const app = await start(store, { storeTimeout: 200 })
    let { cookie } = await app.get()
    while (!cookie) ({ cookie } = await app.get())
    const held = await pool.getConnection()
    expect(await app.get(cookie)).toMatchObject({ status: 503, text: 'ERR_SESSION_STORE_TIMEOUT' })
    held.release()
    let reply = await app.get(cookie)
    while (reply.status !== 200) reply = await app.get(cookie)
  })

  it('connection: a single one that broke is not replaced, and each call is told', async () => {
    const connection = await mysql.createConnection(server.url)
    const store = new MysqlStore({ client: connection, table: 'single' })
    onTestFinished(() => store.close())
    await store.length()
    const admin = await mysql.createConnection(server.url)
    onTestFinished(() => admin.end())
    await admin.query(`KILL ${connection.threadId}`)
    for (let i = 0; i < 2; i++) {
      await expect(store.get('a')).rejects.toMatchObject({
        code: 'ERR_SESSION_STORE_UNAVAILABLE',
        status: 503,
      })
    }
  })

  it('connections: ended by the server, all of them, cost no request after that', async () => {
    const store = open()
    const app = await start(store)
    const { cookie } = await app.get()
    await app.burst(cookie)
    const admin = await mysql.createConnection(server.url)
    onTestFinished(() => admin.end())
    const all =
      'SELECT id FROM information_schema.processlist WHERE user = SUBSTRING_INDEX(USER(), "@", 1) AND id <> CONNECTION_ID()'
    for (let i = 0; i < 5; i++) {
      let heard = 0
      const hear = () => void heard++
      process.on('warning', hear)
      const [lost] = await admin.query<RowDataPacket[]>(all)
      expect(lost.length).toBeGreaterThan(0)
      for (const { id, ID = id } of lost) await admin.query(`KILL ${ID}`)
      while (heard < lost.length) await new Promise(setImmediate)
      process.off('warning', hear)
      for (const reply of await app.burst(cookie)) expect(reply.status).toBe(200)
    }
  })

  it('close: leaves no timer and no socket', async () => {
    const before = resources()
    const store = MysqlStore.open(server.url)
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.get(`${i}`)))
    await store.close()
    while (resources() > before) await new Promise(setImmediate)
    expect(resources()).toBeLessThanOrEqual(before)
  })
})
