import type { AddressInfo } from 'node:net'
import { type RecordStore, type SessionOptions, session } from '@coatcheck/session'
import express from 'express'
import expressSession, { type Store } from 'express-session'
import { expect, it, onTestFinished } from 'vitest'
import { sessionOf } from './session-of.ts'

/** A store of another package for express-session, and ours, on one table of that package. */
export interface Both {
  readonly theirs: Store
  readonly ours: RecordStore
  /** How many sessions the table has. */
  rows(): Promise<number>
  /** Let all sessions end two minutes earlier. */
  age(): Promise<unknown>
}

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

/** The app on express-session, with either store. */
export const onTheirs = (store: object) =>
  start(expressSession({ ...common, store: store as never }) as unknown as express.RequestHandler)
/** The app on our middleware. */
export const onOurs = (store: RecordStore, options: SessionOptions = {}) =>
  start(session({ ...common, ...options, store }) as express.RequestHandler)

/** Whether express-session would find the session. */
export const found = (store: Store, sid: string) =>
  new Promise<boolean>((resolve, reject) => {
    store.get(sid, (error, data) => (error ? reject(error) : resolve(Boolean(data))))
  })
const wrote = (store: Store, sid: string, ms: number) =>
  new Promise<void>((resolve, reject) => {
    store.set(sid, sessionOf({}, ms) as never, error => (error ? reject(error) : resolve()))
  })

/** Tests of an app that changes its package, and of apps on both. */
export function itServesOneTable(open: () => Promise<Both>): void {
  it('app: users stay logged in when it moves to this package, and when it moves back', async () => {
    const { theirs, ours, rows } = await open()
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
    expect(await rows()).toBe(0)
  })

  it('app: both serve one table at the same time', async () => {
    const { theirs, ours } = await open()
    const apps = [
      await onTheirs(theirs),
      await onOurs(ours),
      await onTheirs(ours),
      await onOurs(ours, { conflict: 'merge' }),
    ]
    const { cookie } = await apps[0]!('/login')
    for (let i = 1; i <= 40; i++) expect((await apps[i % 4]!('/', cookie)).text).toBe(`Ada ${i}`)
  })
}

/** What one package takes to have expired, the other does too. */
export async function expireAlike({ theirs, ours, age }: Both): Promise<void> {
  await wrote(theirs, 'theirs', 60_000)
  await ours.set('ours', sessionOf({}, 60_000))
  for (const sid of ['theirs', 'ours']) {
    expect(await found(theirs, sid)).toBe(true)
    const session = await ours.get(sid)
    expect(session).toBeDefined()
    const left = new Date(session!.cookie.expires as Date).valueOf() - Date.now()
    expect(left).toBeGreaterThan(30_000)
    expect(left).toBeLessThanOrEqual(61_000)
  }
  expect(await ours.prune()).toBe(0)
  await age()
  for (const sid of ['theirs', 'ours']) {
    expect(await found(theirs, sid)).toBe(false)
    expect(await ours.get(sid)).toBeUndefined()
    expect(await ours.touch(sid, sessionOf({}, 60_000))).toBe(false)
  }
  expect(await ours.prune()).toBe(2)
}
