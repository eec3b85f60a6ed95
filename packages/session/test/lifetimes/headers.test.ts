import { createSessions } from '@coatcheck/session/fetch'
import { describe, expect, it } from 'vitest'
import { type Listener, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'

type Headers_ = Record<string, string>

interface Seen {
  cacheControl: string | null
  vary: string | null
  clearSiteData: string | null
  cookie: string
}

/** One request: log in, or log out, with these headers of the application. */
type Visit = (path: string, headers?: Headers_, options?: object) => Promise<Seen>

const maxAge = 60_000

const overNode: Visit = async (path, headers = {}, options = {}) => {
  const handler: Listener = async (req, res) => {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
    if (req.url === '/login') req.session.user = 'Ada'
    if (req.url === '/out') await (req.session.destroy as (o: object) => Promise<void>)({ clearSite: true })
    if (req.url === '/out-later') (req.session.destroy as (o: object) => Promise<void>)({ clearSite: true })
    res.end()
  }
  const app = await start(ours.strict as never, handler, {
    store: new MapStore(),
    cookie: { maxAge },
    ...options,
  } as never)
  const before = await app.get('/login')
  const { headers: got, setCookie } = path === '/login' ? before : await app.get(path, { cookie: before })
  return {
    cacheControl: got['cache-control'] ?? null,
    vary: got.vary ?? null,
    clearSiteData: (got['clear-site-data'] as string) ?? null,
    cookie: setCookie[0] ?? '',
  }
}

const overFetch: Visit = async (path, headers = {}, options = {}) => {
  const secret = 'a secret of thirty-two characters'
  const sessions = createSessions<{ seen: boolean }>({
    secret,
    store: new MapStore(),
    cookie: { maxAge },
    ...options,
  })
  const handle = sessions.handle(async (request, session) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/login') session.seen = true
    if (pathname === '/out') await session.destroy({ clearSite: true })
    if (pathname === '/out-later') session.destroy({ clearSite: true })
    return new Response('', { headers })
  })
  const get = (url: string, cookie = '') =>
    handle(new Request(`http://localhost${url}`, { headers: { cookie } }))
  const before = await get('/login')
  const pair = before.headers.getSetCookie()[0]?.split(';')[0] as string
  const { headers: got } = path === '/login' ? before : await get(path, pair)
  return {
    cacheControl: got.get('Cache-Control'),
    vary: got.get('Vary'),
    clearSiteData: got.get('Clear-Site-Data'),
    cookie: got.getSetCookie()[0] ?? '',
  }
}

describe.each([
  ['session.strict()', overNode],
  ['createSessions()', overFetch],
])('%s', (_, visit) => {
  it('cacheHeaders: a response with the cookie stays out of shared caches', async () => {
    expect(await visit('/login')).toMatchObject({ cacheControl: 'no-cache="Set-Cookie"', vary: 'Cookie' })
  })

  it.each([
    [
      { 'Cache-Control': 'public, max-age=60', Vary: 'Accept' },
      'public, max-age=60, no-cache="Set-Cookie"',
      'Accept, Cookie',
    ],
    [{ 'Cache-Control': 'no-store', Vary: 'Accept, cookie' }, 'no-store', 'Accept, cookie'],
    [{ 'Cache-Control': 'private, max-age=60', Vary: '*' }, 'private, max-age=60', '*'],
  ])('cacheHeaders: what the application has set stays: %j', async (headers, cacheControl, vary) => {
    expect(await visit('/login', headers as never)).toMatchObject({ cacheControl, vary })
  })

  it('cacheHeaders: a response without the cookie gets none, and neither does one with false', async () => {
    expect(await visit('/')).toMatchObject({ cacheControl: null, vary: null, cookie: '' })
    expect(await visit('/login', {}, { cacheHeaders: false })).toMatchObject({
      cacheControl: null,
      vary: null,
    })
  })

  it('cookie: Max-Age stands beside Expires', async () => {
    expect((await visit('/login')).cookie).toMatch(/Expires=.*; Max-Age=60$/)
    expect((await visit('/out')).cookie).toMatch(/Expires=Thu, 01 Jan 1970.*; Max-Age=0$/)
  })

  it.each(['/out', '/out-later'])(
    'clearSite: a logout at %s tells the browser to remove what it has',
    async path => {
      expect((await visit(path)).clearSiteData).toBe('"cache", "cookies", "storage"')
      expect((await visit('/login')).clearSiteData).toBeNull()
    },
  )
})

it('session(): sends no headers of its own, and no Max-Age', async () => {
  const handler: Listener = (req, res) => {
    req.session.user = 'Ada'
    res.end()
  }
  const app = await start(ours, handler, { resave: false, saveUninitialized: false, cookie: { maxAge } })
  const { headers, setCookie } = await app.get('/')
  expect([headers['cache-control'], headers.vary]).toEqual([undefined, undefined])
  expect(setCookie[0]).not.toMatch(/Max-Age/)
})
