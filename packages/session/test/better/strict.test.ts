import { describe, expect, it } from 'vitest'
import { type Listener, readSetCookie, signed, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import type { Options, Request } from '../support/types.ts'

const handler: Listener = async (req, res) => {
  if (req.url === '/login') req.session.user = 'Ada'
  if (req.url === '/remember') req.session.cookie.maxAge = 86_400_000
  if (req.url === '/logout') await req.session.destroy()
  res.end(String(req.session?.user))
}

function strict(options: Options = {}) {
  const store = new MapStore()
  return start(ours.strict, handler, { store, ...options }).then(app => ({ ...app, store }))
}

describe('session.strict', () => {
  it('strict: a visitor who leaves nothing in the session gets no cookie, and no row', async () => {
    const app = await strict()
    expect((await app.get()).setCookie).toEqual([])
    expect(app.store.calls).toEqual([])
  })

  it('strict: reading does not write', async () => {
    const app = await strict()
    const cookie = await app.get('/login')
    app.store.calls.length = 0
    await app.get('/', { cookie })
    expect(app.store.calls).toEqual(['read', 'touch'])
  })

  it('strict: the cookie is lax, and secure where the request is', async () => {
    const app = await strict({ proxy: true })
    expect(readSetCookie(await app.get('/login'))?.attributes).toEqual({
      Path: '/',
      HttpOnly: true,
      SameSite: 'Lax',
    })
    const https = await app.get('/login', { headers: { 'X-Forwarded-Proto': 'https' } })
    expect(readSetCookie(https, '__Host-sid')?.attributes).toMatchObject({ Secure: true, SameSite: 'Lax' })
  })

  it('strict: a cookie given as an object or a function has these defaults, and wins', async () => {
    const cookie = { sameSite: 'strict', maxAge: 1000 }
    const cases = [
      ['__Host-sid', cookie],
      ['connect.sid', (_req: Request) => cookie],
    ] as const
    for (const [name, given] of cases) {
      const app = await strict({ cookie: given, proxy: true })
      const reply = await app.get('/login', { headers: { 'X-Forwarded-Proto': 'https' } })
      expect(readSetCookie(reply, name)?.attributes).toMatchObject({ Secure: true, SameSite: 'Strict' })
    }
  })

  it('strict: a failed save is an error of the request', async () => {
    const app = await strict()
    app.store.failing = { write: new Error('store down') }
    const reply = await app.get('/login')
    expect([reply.status, reply.text, reply.setCookie]).toEqual([500, 'store down', []])
  })

  it('strict: a store that is away is an error of the request', async () => {
    const app = await strict()
    app.store.emit('disconnect')
    expect((await app.get()).status).toBe(500)
    expect(app.errors).toMatchObject([{ code: 'ERR_SESSION_STORE_UNAVAILABLE', status: 503 }])
  })

  it('strict: logging out clears the cookie', async () => {
    const app = await strict()
    const cookie = await app.get('/login')
    expect(readSetCookie(await app.get('/logout', { cookie }))?.value).toBe('')
  })

  it('strict: a new maxAge is sent', async () => {
    const app = await strict()
    const cookie = await app.get('/login')
    expect(readSetCookie(await app.get('/remember', { cookie }))?.attributes).toHaveProperty('Expires')
  })

  it('strict: parallel changes are merged', async () => {
    const add: Listener = (req, res) => {
      req.session[req.url!.slice(1)] = true
      setTimeout(() => res.end(Object.keys(req.session).join()), 30)
    }
    const app = await start(ours.strict, add, { store: new MapStore() })
    const cookie = await app.get('/one')
    await Promise.all([app.get('/two', { cookie }), app.get('/three', { cookie })])
    expect((await app.get('/two', { cookie })).text.split(',').sort()).toEqual([
      'cookie',
      'one',
      'three',
      'two',
    ])
  })

  it('strict: each default can be overridden, and undefined is no override', async () => {
    const app = await strict({
      clearCookie: false,
      resave: undefined,
      saveUninitialized: undefined,
      onSaveError: undefined,
    })
    expect((await app.get()).setCookie).toEqual([])
    const cookie = await app.get('/login')
    expect((await app.get('/logout', { cookie })).setCookie).toEqual([])
    app.store.failing = { write: new Error('store down') }
    expect((await app.get('/login')).status).toBe(500)
  })

  it('strict: a cookie of session() is good for it, and the other way round', async () => {
    const store = new MapStore()
    const plain = await start(ours, handler, { store, resave: false, saveUninitialized: false })
    const cookie = await plain.get('/login')
    const app = await start(ours.strict, handler, { store })
    expect((await app.get('/', { cookie })).text).toBe('Ada')
    expect((await app.get('/', { cookie: signed('unknown') })).text).toBe('undefined')
  })
})
