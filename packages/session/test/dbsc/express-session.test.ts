import type { RecordStore } from '@coatcheck/session'
import { MemoryStore } from '@coatcheck/store-memory'
import reference from 'express-session'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AnySession, type App, cookieOf, type Handler } from '../doors/door.ts'
import { fetchDoor } from '../doors/fetch-door.ts'
import { got, nodeDoor } from '../doors/node-door.ts'
import { DbscBrowser } from '../support/dbsc-browser.ts'
import { serve } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'

const MINUTE = 60_000

const ours: Handler = async ({ path, session }) => {
  if (path === '/login') await session!.regenerate({ data: { user: 'Ada' } })
  if (path === '/mine') session!.mine = true
  const { user = 'nobody', mine, theirs, bound }: Partial<AnySession> = session ?? {}
  return { body: `${user} ${mine} ${theirs} ${bound}` }
}

/** The same sessions, opened a second time: express-session puts a `generate` of its own on the store that it gets. */
function openedAgain(store: RecordStore): reference.Store {
  const again = new (reference.Store as unknown as new () => Record<string, unknown>)()
  for (const method of ['get', 'set', 'touch', 'destroy'] as const) again[method] = store[method].bind(store)
  return again as never
}

/** An app of express-session that writes on each request. */
async function theirs(records: RecordStore): Promise<App> {
  const store = openedAgain(records)
  const options = { secret: 'a secret of thirty-two characters', resave: false, saveUninitialized: false }
  const middleware = reference({ ...options, store })
  const { url } = await serve((req, res) => {
    middleware(req as never, res as never, () => {
      const { session } = req
      session.theirs = Number(session.theirs ?? 0) + 1
      res.end(`${session.user} ${session.theirs}`)
    })
  })
  return {
    async request(path = '/', { cookie = '' } = {}) {
      return got(await fetch(url + path, { headers: { cookie } }))
    },
  }
}

describe.each([nodeDoor, fetchDoor])('dbsc, express-session on the same store: $name', door => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }))
  afterEach(() => void vi.useRealTimers())
  const pass = (ms: number) => void vi.setSystemTime(Date.now() + ms)

  it.each([
    ['a RecordStore', () => new MapStore()],
    ['store-memory', () => new MemoryStore()],
  ])('a bound session that express-session reads and writes keeps its key: %s', async (_, make) => {
    const store = make()
    const app = await door.start(ours, { store, dbsc: { require: true } })
    const other = await theirs(store)
    const browser = new DbscBrowser(app)
    await browser.request('/login')
    const stored = async () => Object(await store.get(idOf(browser)))['coatcheck.device']
    const device = await stored()
    expect(device).toMatch(/"kty":"EC"/)
    for (let i = 1; i <= 3; i++) {
      expect((await other.request('/', { cookie: browser.cookie })).text).toBe(`Ada ${i}`)
      expect((await browser.request('/mine')).text).toBe(`Ada true ${i} true`)
    }
    expect(await stored()).toBe(device)
    pass(11 * MINUTE)
    expect((await browser.request('/me')).text).toBe('Ada true 3 true')
    expect(browser.log).toEqual(['/dbsc/register 200', '/dbsc/refresh 403', '/dbsc/refresh 200'])
    // A copy of the session's cookie is worth as little as before.
    const cookie = browser.stolen('-bound')
    expect((await app.request('/me', { cookie })).status).toBe(401)
  })

  it('express-session does not check the bound cookie, and a session that it begins has no key', async () => {
    const store = new MapStore()
    const app = await door.start(ours, { store, dbsc: { require: true } })
    const other = await theirs(store)
    const browser = new DbscBrowser(app)
    await browser.request('/login')
    pass(11 * MINUTE)
    const cookie = browser.stolen('-bound')
    expect((await app.request('/me', { cookie })).status).toBe(401)
    expect((await other.request('/', { cookie })).text).toBe('Ada 1')
    const begun = cookieOf(await other.request('/'))
    expect((await app.request('/me', { cookie: begun })).text).toBe('nobody undefined 1 false')
  })
})

/** The id in the session's cookie. */
function idOf({ cookies }: DbscBrowser): string {
  return /^s:([^.]+)\./.exec(decodeURIComponent(cookies.get('connect.sid')!.value))![1]!
}
