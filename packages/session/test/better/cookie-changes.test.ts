import { describe, expect, it } from 'vitest'
import { type Listener, readExpires, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { storeWith } from '../support/stores.ts'

const MONTH = 30 * 86_400_000

const handler: Listener = (req, res) => {
  if (req.url === '/login') req.session.user = 'Ada'
  if (req.url === '/remember') req.session.cookie.maxAge = MONTH
  res.end(String(req.session.cookie.maxAge))
}

describe.each([
  ['MemoryStore', () => storeWith(ours)],
  ['a RecordStore', () => new MapStore()],
])('saveCookieChanges on %s', (_, makeStore) => {
  const options = (saveCookieChanges: boolean) => ({
    store: makeStore(),
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 60_000 },
    saveCookieChanges,
  })

  it('saveCookieChanges: a new maxAge is sent, and lasts', async () => {
    const app = await start(ours, handler, options(true))
    const cookie = await app.get('/login')
    const remembered = await app.get('/remember', { cookie })
    expect(readExpires(remembered)).toBeGreaterThan(Date.now() + MONTH - 10_000)
    for (let i = 0; i < 2; i++) {
      const reply = await app.get('/', { cookie })
      expect(Number(reply.text)).toBeGreaterThan(MONTH - 10_000)
      expect(reply.setCookie).toEqual([])
    }
  })

  it('saveCookieChanges: without it the browser does not hear of a new maxAge', async () => {
    const app = await start(ours, handler, options(false))
    const cookie = await app.get('/login')
    expect((await app.get('/remember', { cookie })).setCookie).toEqual([])
  })

  it('saveCookieChanges: an expiry that is moved by use is no change', async () => {
    const app = await start(ours, handler, options(true))
    const cookie = await app.get('/login')
    expect((await app.get('/', { cookie })).setCookie).toEqual([])
  })

  it('saveCookieChanges: a new maxAge alone makes a session', async () => {
    const app = await start(ours, handler, options(true))
    const cookie = await app.get('/remember')
    expect(cookie.setCookie).toHaveLength(1)
    expect(Number((await app.get('/', { cookie })).text)).toBeGreaterThan(MONTH - 10_000)
  })
})
