import { bearer, type Transport } from '@coatcheck/session/fetch'
import { describe, expect, it } from 'vitest'
import { signedValue } from '../support/http.ts'
import { dataIn, MapStore } from '../support/map-backend.ts'
import type { App, Door, Got, Handler, Sent } from './door.ts'

const OLD = 'an older secret of thirty-two chars'
const NEW = 'a newer secret of thirty-two chars!'
const TOKEN = 'X-Auth-Token'

const app: Handler = async exchange => {
  const { session } = exchange
  const path = exchange.path.split('?')[0]
  if (!session) return { body: 'no session' }
  if (path === '/login' || path === '/redirect') {
    await session.regenerate()
    Object.assign(exchange.session as object, { user: 'Ada' })
    return path === '/login' ? { body: 'in', headers: { Exposed: 'Date' } } : { redirect: '/me' }
  }
  if (path === '/logout') {
    await session.destroy()
    return { body: 'out' }
  }
  if (path === '/rotate') await session.regenerate({ keep: true, grace: 10_000 })
  if (path === '/put') session.cart = 'full'
  if (path === '/stream') {
    session.user = 'Ada'
    return { body: ['one ', 'two'] }
  }
  return { body: `user: ${session.user ?? 'nobody'}` }
}

/** Ids in the query of the request and in a header of the response, beside headers of the application. */
const own: Transport = {
  read: ({ url }) => new URL(url, 'http://localhost').searchParams.get('id'),
  write({ headers }, id) {
    headers.set('Session', encodeURIComponent(id))
    headers.append('Exposed', 'Session')
    headers.append('Session-Is', 'new')
  },
  clear({ headers }) {
    headers.set('Session', 'over')
    headers.delete('Exposed')
  },
}

function bearing(token: string): Sent {
  return { headers: { Authorization: `Bearer ${token}` } }
}

function tokenOf({ headers }: Got): string {
  return headers.get(TOKEN) ?? ''
}

/** What every door does with ids in a header. */
export function describeTransport(door: Door): void {
  async function start(options: object = {}, store: MapStore = new MapStore()) {
    const transport = bearer()
    return { app: await door.start(app, { store, transport, secret: OLD, ...options }), store }
  }

  async function login(app: App): Promise<string> {
    return tokenOf(await app.request('/login'))
  }

  describe(`ids in a header: ${door.name}`, () => {
    it('read: a visitor who leaves nothing gets no token', async () => {
      const { app } = await start()
      const reply = await app.request('/me')
      expect([reply.text, reply.headers.has(TOKEN), reply.setCookie]).toEqual(['user: nobody', false, []])
    })

    it.each(['/login', '/redirect', '/stream'])('%s: sends a token and no cookie', async path => {
      const { app, store } = await start({ cookie: { maxAge: 60_000 } })
      const reply = await app.request(path)
      expect(reply.setCookie).toEqual([])
      expect((await app.request('/me', bearing(tokenOf(reply)))).text).toBe('user: Ada')
      expect(dataIn(store)).toEqual([{ user: 'Ada' }])
    })

    it('login: a response with a token is kept out of caches, and others may be cached', async () => {
      const { app } = await start()
      const reply = await app.request('/login')
      expect(reply.headers.get('Cache-Control')).toBe('no-store')
      const later = await app.request('/me', bearing(tokenOf(reply)))
      expect([later.text, later.headers.has('Cache-Control')]).toEqual(['user: Ada', false])
    })

    it('login: the token is signed as the cookie is', async () => {
      const { app, store } = await start()
      const token = await login(app)
      const value = signedValue([...store.rows.keys()][0]!, OLD)
      expect(token).toBe(value.slice(2))
      expect(token).toMatch(/^[\w.~+/-]+=*$/)
      expect((await app.request('/me', bearing(value))).text).toBe('user: Ada')
    })

    it('read: a cookie with the same id is ignored', async () => {
      const { app } = await start()
      const cookie = `connect.sid=${encodeURIComponent(`s:${await login(app)}`)}`
      const reply = await app.request('/me', { cookie })
      expect([reply.text, reply.setCookie]).toEqual(['user: nobody', []])
    })

    it('read: a token that no secret has signed is that of a visitor', async () => {
      const { app, store } = await start()
      const token = await login(app)
      const [id] = store.rows.keys()
      const wrong = ['', 's:', 'x', `${token}x`, id!, signedValue(id!, NEW), `${token} ${token}`, '..', '%00']
      const headers = [
        ...wrong.map(token => ({ Authorization: `Bearer ${token}` })),
        { Authorization: token },
        { Authorization: `Basic ${token}` },
        { [TOKEN]: token },
      ]
      for (const sent of headers) {
        const reply = await app.request('/me', { headers: sent })
        expect([sent, reply.status, reply.text]).toEqual([sent, 200, 'user: nobody'])
      }
      expect((await app.request('/me', { headers: { Authorization: `bearer  ${token}` } })).text).toBe(
        'user: Ada',
      )
    })

    it('write: a change is stored, and the client keeps its token', async () => {
      const { app, store } = await start({ cookie: { maxAge: 60_000 } })
      const token = await login(app)
      const reply = await app.request('/put', bearing(token))
      expect([reply.headers.has(TOKEN), reply.setCookie]).toEqual([false, []])
      expect(dataIn(store)).toEqual([{ user: 'Ada', cart: 'full' }])
    })

    it('login: the token is a new one, and the one from before leads to nobody', async () => {
      const { app } = await start()
      const planted = tokenOf(await app.request('/put'))
      const token = tokenOf(await app.request('/login', bearing(planted)))
      expect(token).not.toBe(planted)
      expect((await app.request('/me', bearing(planted))).text).toBe('user: nobody')
      expect((await app.request('/me', bearing(token))).text).toBe('user: Ada')
    })

    it('rotation: the old token leads to the session for a while, and the answer has the new one', async () => {
      const { app } = await start()
      const old = await login(app)
      const next = tokenOf(await app.request('/rotate', bearing(old)))
      expect(['', old]).not.toContain(next)
      const reply = await app.request('/me', bearing(old))
      expect([reply.text, tokenOf(reply)]).toEqual(['user: Ada', next])
    })

    it('secret: a token of an older secret is accepted, and one of the newest is sent', async () => {
      const { app: before, store } = await start()
      const token = await login(before)
      const { app } = await start({ secret: [NEW, OLD] }, store)
      const reply = await app.request('/me', bearing(token))
      expect(reply.text).toBe('user: Ada')
      const { app: after } = await start({ secret: NEW }, store)
      expect((await after.request('/me', bearing(tokenOf(reply)))).text).toBe('user: Ada')
      expect((await after.request('/me', bearing(token))).text).toBe('user: nobody')
    })

    it('logout: the token ends, and the client is told', async () => {
      const { app, store } = await start()
      const token = await login(app)
      const reply = await app.request('/logout', bearing(token))
      expect([reply.text, reply.headers.get(TOKEN), reply.setCookie]).toEqual(['out', '', []])
      expect(store.rows.size).toBe(0)
      const late = await app.request('/me', bearing(token))
      expect([late.text, late.headers.has(TOKEN)]).toEqual(['user: nobody', false])
    })

    it('store: a failed save is an error, without a token', async () => {
      const { app, store } = await start()
      store.failing = { write: new Error('store down') }
      const reply = await app.request('/login')
      expect([reply.status, reply.text]).toEqual([500, 'error: store down'])
      expect([reply.headers.has(TOKEN), reply.setCookie]).toEqual([false, []])
    })

    it('your own transport: reads the URL, and sets headers beside those of the application', async () => {
      const { app } = await start({ transport: own })
      const reply = await app.request('/login')
      const id = reply.headers.get('Session')
      expect([reply.headers.get('Exposed'), reply.headers.get('Session-Is')]).toEqual([
        'Date, Session',
        'new',
      ])
      expect((await app.request(`/me?id=${id}`)).text).toBe('user: Ada')
      const out = await app.request(`/logout?id=${id}`)
      expect([out.headers.get('Session'), out.headers.has('Exposed'), out.setCookie]).toEqual([
        'over',
        false,
        [],
      ])
    })

    it('your own transport: after a failed save, the headers are as the application has set them', async () => {
      const { app, store } = await start({ transport: own })
      store.failing = { write: new Error('store down') }
      const { headers } = await app.request('/login')
      expect([headers.has('Session'), headers.has('Session-Is')]).toEqual([false, false])
      expect(headers.get('Exposed') ?? 'Date').toBe('Date')
    })

    it('your own transport: an exception of read is an error of the request', async () => {
      const transport: Transport = {
        ...own,
        read() {
          throw new Error('no such client')
        },
      }
      const { app } = await start({ transport })
      expect(await app.request('/me')).toMatchObject({ status: 500, text: 'error: no such client' })
    })
  })
}
