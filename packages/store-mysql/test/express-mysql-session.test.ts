import type { AddressInfo } from 'node:net'
import { type SessionOptions, session } from '@coatcheck/session'
import type { MysqlStore } from '@coatcheck/store-mysql'
import express from 'express'
import expressSession, { type Store } from 'express-session'
import type { Pool } from 'mysql2/promise'
import { describe, expect, it, onTestFinished } from 'vitest'
import { expressMysqlSession } from './support/express-mysql-session.ts'
import { newDatabase, openPool, rowsOf, sessionOf, storeOn } from './support/mysql.ts'

const common = {
  secret: 'a secret for tests',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: 3_600_000 },
}

interface Visitor {
  user?: string
  visits?: number
  destroy(done: (error?: unknown) => void): unknown
}

/** The same app on either middleware. */
async function start(middleware: express.RequestHandler) {
  const app = express()
  app.use(middleware)
  const visitorOf = (req: express.Request) => (req as unknown as { session: Visitor }).session
  app.get('/login', (req, res) => {
    visitorOf(req).user = 'Ada'
    res.end('welcome')
  })
  app.get('/', (req, res) => {
    const visitor = visitorOf(req)
    if (visitor.user) visitor.visits = (visitor.visits ?? 0) + 1
    res.end(`${visitor.user ?? 'nobody'} ${visitor.visits ?? 0}`)
  })
  app.get('/logout', (req, res, next) => {
    visitorOf(req).destroy(error => (error ? next(error) : res.end('bye')))
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  })
  const { port } = server.address() as AddressInfo
  return async (path: string, cookie = '') => {
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } })
    expect(reply.status).toBe(200)
    return { text: await reply.text(), cookie: reply.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
  }
}

/** Both packages on the table that express-mysql-session has made, each with connections of its own. */
async function openBoth(timezone = '+00:00') {
  const database = await newDatabase()
  const poolIn = () => {
    const pool = openPool(database)
    pool.pool.on('connection', connection => {
      connection.query(`SET time_zone = '${timezone}'`, () => {})
    })
    return pool
  }
  const [pool, theirPool] = [poolIn(), poolIn()]
  const theirs = expressMysqlSession(theirPool)
  onTestFinished(() => theirs.close())
  await theirs.onReady()
  return { pool, theirs, ours: storeOn(pool) }
}

const onTheirs = (store: object) =>
  start(expressSession({ ...common, store: store as never }) as unknown as express.RequestHandler)
const onOurs = (store: MysqlStore, options: SessionOptions = {}) =>
  start(session({ ...common, ...options, store }) as express.RequestHandler)

const found = async (store: Store, sid: string) =>
  new Promise<boolean>((resolve, reject) => {
    store.get(sid, (error, data) => (error ? reject(error) : resolve(Boolean(data))))
  })
const wrote = (store: Store, sid: string, ms: number) =>
  new Promise<void>((resolve, reject) => {
    store.set(sid, sessionOf({}, ms) as never, error => (error ? reject(error) : resolve()))
  })

describe("express-mysql-session's table", () => {
  it('app: users stay logged in when it moves to this package, and when it moves back', async () => {
    const { pool, theirs, ours } = await openBoth()
    const before = await onTheirs(theirs)
    const { cookie } = await before('/login')
    expect((await before('/', cookie)).text).toBe('Ada 1')
    const after = await onOurs(ours)
    expect((await after('/', cookie)).text).toBe('Ada 2')
    const { cookie: another } = await after('/login')
    expect((await after('/', another)).text).toBe('Ada 1')
    expect((await before('/', another)).text).toBe('Ada 2')
    expect((await before('/', cookie)).text).toBe('Ada 3')
    await after('/logout', cookie)
    expect((await before('/', cookie)).text).toBe('nobody 0')
    await before('/logout', another)
    expect((await after('/', another)).text).toBe('nobody 0')
    expect(await rowsOf(pool, 'SELECT * FROM sessions')).toEqual([])
  })

  it('app: both serve one table at the same time', async () => {
    const { theirs, ours } = await openBoth()
    const apps = [
      await onTheirs(theirs),
      await onOurs(ours),
      await onTheirs(ours),
      await onOurs(ours, { conflict: 'merge' }),
    ]
    const { cookie } = await apps[0]!('/login')
    for (let i = 1; i <= 40; i++) expect((await apps[i % 4]!('/', cookie)).text).toBe(`Ada ${i}`)
  })

  it.each(['+00:00', '-02:30', '+14:00'])(
    'expiry: what one package takes to have expired, the other does too (time_zone %s)',
    async timezone => {
      const { pool, theirs, ours } = await openBoth(timezone)
      await wrote(theirs, 'theirs', 60_000)
      await ours.set('ours', sessionOf({}, 60_000))
      for (const sid of ['theirs', 'ours']) {
        expect(await found(theirs, sid)).toBe(true)
        const session = await ours.get(sid)
        const left = new Date(session!.cookie.expires as Date).valueOf() - Date.now()
        expect(left).toBeGreaterThan(30_000)
        expect(left).toBeLessThanOrEqual(61_000)
      }
      expect(await ours.prune()).toBe(0)
      await pool.query('UPDATE sessions SET expires = expires - 120')
      for (const sid of ['theirs', 'ours']) {
        expect(await found(theirs, sid)).toBe(false)
        expect(await ours.get(sid)).toBeUndefined()
        expect(await ours.touch(sid, sessionOf({}, 60_000))).toBe(false)
      }
      expect(await ours.prune()).toBe(2)
    },
  )

  it('expiry: a session never ends early, and at most a second late, as theirs', async () => {
    const { pool, ours } = await openBoth()
    const ages = Array.from({ length: 40 }, (_, i) => 100 + i * 47)
    const endOf = async (sid: string) =>
      Number((await rowsOf(pool, 'SELECT expires FROM sessions WHERE session_id = ?', [sid]))[0]!.expires)
    for (const age of ages) {
      const before = Date.now()
      await ours.set('a', sessionOf({}, age))
      const after = Date.now()
      // They take a session for expired when the time, rounded, is past this.
      const end = (await endOf('a')) * 1000 + 500
      expect(end).toBeGreaterThanOrEqual(before + age)
      expect(end).toBeLessThanOrEqual(after + age + 1000)
    }
  })

  it('expiry: a lifetime beyond what the column can hold ends with that', async () => {
    const { ours, theirs } = await openBoth()
    await ours.set('a', sessionOf({}, 1e14))
    expect(await ours.get('a')).toBeDefined()
    expect(await found(theirs, 'a')).toBe(true)
  })

  it('set: an id that is too long for the column is refused, and is found nowhere', async () => {
    const { pool, ours } = await openBoth()
    await pool.query("SET GLOBAL sql_mode = ''")
    onTestFinished(async () => void (await pool.query('SET GLOBAL sql_mode = DEFAULT')))
    const careless: Pool = openPool((await rowsOf(pool, 'SELECT DATABASE() AS name'))[0]!.name)
    for (const store of [ours, storeOn(careless)]) {
      const sid = 'x'.repeat(128)
      await store.set(sid, sessionOf({ n: 1 }))
      await expect(store.set(`${sid}y`, sessionOf({ n: 2 }))).rejects.toMatchObject({
        code: 'ER_DATA_TOO_LONG',
      })
      expect(await store.get(`${sid}y`)).toBeUndefined()
      expect(await store.get(sid)).toMatchObject({ n: 1 })
    }
  })
})
