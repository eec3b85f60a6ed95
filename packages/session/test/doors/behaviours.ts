import { describe, expect, it } from 'vitest'
import { dataIn, MapStore } from '../support/map-backend.ts'
import { type App, cookieOf, type Door, type Handler } from './door.ts'

/** Requests that wait in their handler until the test lets them go on. */
class Gate {
  #arrived = 0
  #tell: () => void = () => {}
  #open: () => void = () => {}
  readonly #opened = new Promise<void>(resolve => {
    this.#open = resolve
  })

  async pass(): Promise<void> {
    this.#arrived++
    this.#tell()
    await this.#opened
  }

  async arrived(count: number): Promise<void> {
    while (this.#arrived < count) {
      await new Promise<void>(resolve => {
        this.#tell = resolve
      })
    }
  }

  open(): void {
    this.#open()
  }
}

let gate = new Gate()

/** A shop: visitors are counted, log in and out, and fill a cart. */
const shop: Handler = async exchange => {
  const { path, session } = exchange
  if (!session) return { body: 'no session' }
  if (path === '/login') {
    await session.regenerate()
    Object.assign(exchange.session as object, { user: 'Ada' })
    return { redirect: '/me' }
  }
  // A new session, for a page on which a failure of the store is no error.
  if (path.startsWith('/renew')) {
    await session.regenerate(path.includes('keep') ? { keep: true } : {}).catch(() => {})
    if (path.includes('write')) Object.assign(exchange.session as object, { user: 'Eve' })
    const { cookie: _, ...data } = exchange.session as object as { cookie: unknown }
    return { body: JSON.stringify(data) }
  }
  if (path === '/logout') {
    await session.destroy()
    return { body: 'out' }
  }
  if (path === '/null') {
    exchange.session = null
    return { body: 'out' }
  }
  if (path === '/me') return { body: `user: ${session.user ?? 'nobody'}` }
  if (path.startsWith('/put/')) {
    const [key, value, wait] = path.split('/').slice(2) as [string, string, string?]
    session[key] = value
    if (wait) await gate.pass()
    return { body: 'put' }
  }
  if (path === '/stream') {
    session.streamed = true
    return { body: ['one ', 'two ', 'three'], headers: { 'Set-Cookie': ['theme=dark', 'lang=en'] } }
  }
  if (path === '/rotate') {
    await session.regenerate({ keep: true, grace: 10_000 })
    return { body: 'rotated' }
  }
  if (path === '/failing') {
    session.lost = true
    return { status: 503, body: 'sorry' }
  }
  return { body: JSON.stringify(session) }
}

/** What every door does with sessions. */
export function describeDoor(door: Door): void {
  async function start(options: object = {}, store: MapStore = new MapStore()) {
    gate = new Gate()
    const app = await door.start(shop, { store, ...options })
    return { app, store }
  }

  async function login(app: App): Promise<string> {
    return cookieOf(await app.request('/login'))
  }

  describe(door.name, () => {
    it('read: a visitor who leaves nothing gets no cookie, and nothing is stored', async () => {
      const { app, store } = await start()
      expect(await app.request('/me')).toMatchObject({ status: 200, text: 'user: nobody', setCookie: [] })
      expect(store.rows.size).toBe(0)
    })

    it('login: a redirect carries the cookie, and the next request knows the user', async () => {
      const { app, store } = await start()
      const reply = await app.request('/login')
      expect([reply.status, reply.setCookie.length]).toEqual([302, 1])
      expect(reply.location).toMatch(/\/me$/)
      expect(dataIn(store)).toEqual([{ user: 'Ada' }])
      expect((await app.request('/me', { cookie: cookieOf(reply) })).text).toBe('user: Ada')
    })

    it('login: the id is a new one, and what an attacker has planted is not adopted', async () => {
      const { app } = await start()
      const planted = cookieOf(await app.request('/put/a/1'))
      const reply = await app.request('/login', { cookie: planted })
      expect(cookieOf(reply)).not.toBe(planted)
      expect((await app.request('/me', { cookie: planted })).text).toBe('user: nobody')
    })

    it('read: a request that only reads touches the session and sends no cookie', async () => {
      const { app, store } = await start({ cookie: { maxAge: 60_000 } })
      const cookie = await login(app)
      const row = [...store.rows.values()][0]!
      row.expires = Date.now() + 30_000
      expect((await app.request('/me', { cookie })).setCookie).toEqual([])
      expect(row.expires - Date.now()).toBeGreaterThan(50_000)
      expect(store.calls.filter(call => call === 'update' || call === 'write')).toHaveLength(1)
    })

    it('write: a change is stored, and the cookie is sent again only where it has an end', async () => {
      const { app, store } = await start()
      const cookie = await login(app)
      expect((await app.request('/put/cart/1', { cookie })).setCookie).toEqual([])
      expect(dataIn(store)).toEqual([{ user: 'Ada', cart: '1' }])
    })

    it.each(['/logout', '/null'])('logout: %s ends the session, and expires the cookie', async path => {
      const { app, store } = await start()
      const cookie = await login(app)
      const reply = await app.request(path, { cookie })
      expect([reply.text, store.rows.size]).toEqual(['out', 0])
      expect(reply.setCookie).toEqual([expect.stringMatching(/^connect\.sid=;.*Expires=Thu, 01 Jan 1970/)])
      expect((await app.request('/me', { cookie })).text).toBe('user: nobody')
    })

    it('two requests at once: each keeps what it has put', async () => {
      const { app, store } = await start()
      const cookie = await login(app)
      const both = [app.request('/put/a/1/wait', { cookie }), app.request('/put/b/2/wait', { cookie })]
      await gate.arrived(2)
      gate.open()
      await Promise.all(both)
      expect(dataIn(store)).toEqual([{ user: 'Ada', a: '1', b: '2' }])
    })

    it('two requests at once: a logout is final, whichever ends last', async () => {
      const { app, store } = await start()
      const cookie = await login(app)
      const late = app.request('/put/a/1/wait', { cookie })
      await gate.arrived(1)
      await app.request('/logout', { cookie })
      gate.open()
      const reply = await late
      // The change was dropped, so this is not a success.
      expect([reply.status, reply.setCookie]).toEqual([500, []])
      expect(store.rows.size).toBe(0)
    })

    it('rotation: the old id leads to the session for a while, and the answer has the new one', async () => {
      const { app } = await start()
      const old = await login(app)
      const next = cookieOf(await app.request('/rotate', { cookie: old }))
      expect(next).not.toBe(old)
      const reply = await app.request('/me', { cookie: old })
      expect([reply.text, cookieOf(reply)]).toEqual(['user: Ada', next])
      expect((await app.request('/me', { cookie: next })).text).toBe('user: Ada')
    })

    it('stream: all parts arrive, the cookies of the application too, and the session is stored', async () => {
      const { app, store } = await start()
      const reply = await app.request('/stream')
      expect(reply.text).toBe('one two three')
      expect(reply.setCookie.slice(0, 2)).toEqual(['theme=dark', 'lang=en'])
      expect(cookieOf(reply)).not.toBe('')
      expect(dataIn(store)).toEqual([{ streamed: true }])
    })

    it('HEAD: is a read', async () => {
      const { app } = await start()
      const cookie = await login(app)
      expect(await app.request('/me', { cookie, method: 'HEAD' })).toMatchObject({ status: 200 })
    })

    it('store: a failed read is an error of the request', async () => {
      const { app, store } = await start()
      const cookie = await login(app)
      store.failing = { all: new Error('store down') }
      expect(await app.request('/me', { cookie })).toMatchObject({ status: 500, text: 'error: store down' })
      store.failing = {}
      expect((await app.request('/me', { cookie })).text).toBe('user: Ada')
    })

    it("store: with onStoreUnavailable: 'skip' the request goes on without a session", async () => {
      const { app, store } = await start({ onStoreUnavailable: 'skip' })
      const cookie = await login(app)
      store.failing = { all: new Error('store down') }
      expect((await app.request('/me', { cookie })).text).toBe('no session')
    })

    it('store: a failed save is an error, without a cookie', async () => {
      const { app, store } = await start()
      store.failing = { write: new Error('store down') }
      const reply = await app.request('/put/a/1')
      expect([reply.status, reply.text, reply.setCookie]).toEqual([500, 'error: store down', []])
    })

    it('store: a regenerate that fails leaves the old session and its cookie', async () => {
      const { app, store } = await start()
      const cookie = await login(app)
      for (const path of ['/login', '/renew', '/renew/keep']) {
        store.failing = { destroy: new Error('store down'), write: new Error('store down') }
        const reply = await app.request(path, { cookie })
        expect([path, reply.setCookie]).toEqual([path, []])
        expect(reply.text).toBe(path === '/login' ? 'error: store down' : '{}')
        store.failing = {}
        expect((await app.request('/me', { cookie })).text).toBe('user: Ada')
        expect(store.rows.size).toBe(1)
      }
    })

    it('store: after a regenerate that fails, what is written goes to a session of another id', async () => {
      const { app, store } = await start()
      const cookie = await login(app)
      store.failing = { destroy: new Error('store down') }
      const reply = await app.request('/renew/write', { cookie })
      expect(reply.text).toBe('{"user":"Eve"}')
      expect((await app.request('/me', { cookie: cookieOf(reply) })).text).toBe('user: Eve')
      expect((await app.request('/me', { cookie })).text).toBe('user: Ada')
    })

    it('store: a response that is an error already goes out when the save fails', async () => {
      const heard: unknown[] = []
      const { app, store } = await start({ onError: (error: unknown) => heard.push(error) })
      store.failing = { write: new Error('store down') }
      const reply = await app.request('/failing')
      expect([reply.status, reply.text, reply.setCookie]).toEqual([503, 'sorry', []])
      expect(heard).toMatchObject([{ message: 'store down' }])
    })

    it('store: a failed touch is told, and the page goes out', async () => {
      const heard: unknown[] = []
      const { app, store } = await start({ onError: (error: unknown) => heard.push(error) })
      const cookie = await login(app)
      store.failing = { touch: new Error('read only') }
      expect(await app.request('/me', { cookie })).toMatchObject({ status: 200, text: 'user: Ada' })
      expect(heard).toMatchObject([{ message: 'read only' }])
    })

    it('secret: a cookie of an older secret is accepted, and sent again with the newest', async () => {
      const { app: before, store } = await start({ secret: 'an older secret of thirty-two chars' })
      const cookie = await login(before)
      const secret = ['a newer secret of thirty-two chars!', 'an older secret of thirty-two chars']
      const { app } = await start({ secret }, store)
      const reply = await app.request('/me', { cookie })
      expect(reply.text).toBe('user: Ada')
      const renewed = cookieOf(reply)
      expect(renewed).not.toBe(cookie)
      const { app: after } = await start({ secret: secret[0] }, store)
      expect(await after.request('/me', { cookie: renewed })).toMatchObject({
        text: 'user: Ada',
        setCookie: [],
      })
    })

    it('corrupt: data that cannot be decoded begins a new session, and is told', async () => {
      const heard: unknown[] = []
      const { app, store } = await start({ onError: (error: unknown) => heard.push(error) })
      const cookie = await login(app)
      for (const row of store.rows.values()) row.data = '{broken'
      expect((await app.request('/me', { cookie })).text).toBe('user: nobody')
      expect(heard).toMatchObject([{ code: 'ERR_SESSION_CORRUPT' }])
      expect((await app.request('/login', { cookie })).status).toBe(302)
    })

    it('record without a cookie: is a session, with the cookie that the application wants', async () => {
      const { app, store } = await start({ cookie: { maxAge: 60_000 } })
      const cookie = await login(app)
      for (const row of store.rows.values()) row.data = '{"user":"Grace"}'
      expect((await app.request('/me', { cookie })).text).toBe('user: Grace')
      await app.request('/put/a/1', { cookie })
      expect([...store.rows.values()][0]!.data).toMatch(/^\{"cookie":\{"originalMaxAge":60000,/)
    })
  })
}
