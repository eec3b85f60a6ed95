import { describe, expect, it } from 'vitest'
import { type Listener, readSetCookie, signed, start } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { storeWith } from '../support/stores.ts'
import type { Options } from '../support/types.ts'

const logout: Listener = async (req, res) => {
  if (req.url === '/logout') await req.session.destroy()
  res.end('bye')
}

function begin(handler: Listener, options: Options = {}) {
  const store = storeWith(ours, { known: { user: 'Ada' } })
  return start(ours, handler, {
    store,
    resave: false,
    saveUninitialized: false,
    clearCookie: true,
    ...options,
  })
}

const known = { cookie: signed('known') }

describe('clearCookie', () => {
  it('clearCookie: logging out expires the cookie in the browser', async () => {
    const app = await begin(logout)
    const cookie = readSetCookie(await app.get('/logout', known))
    expect(cookie?.value).toBe('')
    expect(cookie?.attributes).toEqual({
      Path: '/',
      Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
      HttpOnly: true,
    })
  })

  it('clearCookie: the cookie is expired with the attributes that it came with', async () => {
    const cookie = {
      path: '/',
      domain: 'example.org',
      sameSite: 'none',
      secure: true,
      partitioned: true,
      httpOnly: false,
    }
    const handler: Listener = async (req, res) => {
      if (req.url === '/login') req.session.user = 'Ada'
      else await req.session.destroy()
      res.end()
    }
    const app = await begin(handler, { cookie: { ...cookie, maxAge: 60_000 }, proxy: true })
    const https = { headers: { 'X-Forwarded-Proto': 'https' } }
    const login = await app.get('/login', https)
    const cleared = readSetCookie(await app.get('/logout', { ...https, cookie: login }))
    const { Expires: _, ...attributes } = readSetCookie(login)!.attributes
    expect(cleared?.attributes).toEqual({ ...attributes, Expires: 'Thu, 01 Jan 1970 00:00:00 GMT' })
    expect(attributes).toHaveProperty('Partitioned')
  })

  it('clearCookie: a logout that fails leaves the cookie, since the session lives on', async () => {
    const store = storeWith(ours, { known: { user: 'Ada' } })
    store.destroy = (_id, done) => void setImmediate(done as (error: Error) => void, new Error('store down'))
    const app = await begin(logout, { store })
    const reply = await app.get('/logout', known)
    expect(reply).toMatchObject({ status: 500, text: 'store down', setCookie: [] })
    expect(Object.keys(store.sessions)).toEqual(['known'])
  })

  it('clearCookie: the name of the cookie is that of the option', async () => {
    const app = await begin(logout, { name: 'ticket' })
    const reply = await app.get('/logout', { cookie: signed('known', undefined, 'ticket') })
    expect(readSetCookie(reply, 'ticket')?.value).toBe('')
  })

  it('clearCookie: what the application does about the cookie itself stands', async () => {
    const handler: Listener = async (req, res) => {
      await req.session.destroy()
      res.setHeader('Set-Cookie', 'connect.sid=own; Path=/')
      res.end()
    }
    const app = await begin(handler)
    expect((await app.get('/', known)).setCookie).toEqual(['connect.sid=own; Path=/'])
  })

  it('clearCookie: a destroy that nobody awaits counts', async () => {
    const handler: Listener = (req, res) => {
      req.session.destroy()
      res.end()
    }
    const app = await begin(handler)
    expect(readSetCookie(await app.get('/', known))?.value).toBe('')
  })

  it("clearCookie: so does req.session = null with unset: 'destroy'", async () => {
    const handler: Listener = (req, res) => {
      req.session = null as never
      res.end()
    }
    const cleared = await begin(handler, { unset: 'destroy' })
    expect(readSetCookie(await cleared.get('/', known))?.value).toBe('')
    const kept = await begin(handler, { unset: 'keep' })
    expect((await kept.get('/', known)).setCookie).toEqual([])
  })

  it('clearCookie: other requests leave the cookie alone', async () => {
    const app = await begin(logout)
    expect((await app.get('/', known)).setCookie).toEqual([])
    expect((await app.get('/')).setCookie).toEqual([])
    expect((await app.get('/', { cookie: signed('unknown') })).setCookie).toEqual([])
    // The browser has none to clear.
    expect((await app.get('/logout')).setCookie).toEqual([])
  })

  it('clearCookie: a regenerated session has its new cookie and no other', async () => {
    const handler: Listener = async (req, res) => {
      await (req.session.regenerate as () => Promise<void>)()
      res.end(req.session.id)
    }
    const app = await begin(handler)
    const reply = await app.get('/', known)
    expect(reply.setCookie).toHaveLength(1)
    expect(decodeURIComponent(readSetCookie(reply)!.value)).toContain(reply.text)
  })

  it('clearCookie: is off by default', async () => {
    const app = await begin(logout, { clearCookie: undefined })
    expect((await app.get('/logout', known)).setCookie).toEqual([])
  })
})
