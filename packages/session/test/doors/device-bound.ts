import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DbscBrowser, keysOf } from '../support/dbsc-browser.ts'
import { MapStore } from '../support/map-backend.ts'
import type { Door, DoorOptions, Handler } from './door.ts'

const MINUTE = 60_000

/** Pages of a shop. Each tells whether the session is bound. */
const shop: Handler = async exchange => {
  const { path } = exchange
  if (!exchange.session) return { body: 'no session' }
  if (path === '/login') {
    await exchange.session.regenerate({ keep: false })
    Object.assign(exchange.session as object, { user: 'Ada' })
  }
  if (path === '/logout') {
    await exchange.session.destroy()
    return { body: 'out' }
  }
  if (path === '/rotate') await exchange.session.regenerate({ keep: true, grace: 10_000 })
  if (path === '/keep') await exchange.session.regenerate({ keep: true })
  if (path === '/save') exchange.session.saved = Math.random()
  if (path === '/clear')
    for (const key of Object.keys(exchange.session)) if (key !== 'cookie') delete exchange.session[key]
  if (path === '/forge') exchange.session['coatcheck.device'] = '{"id":"forged"}'
  const { user, bound } = exchange.session
  return { body: `${user ?? 'nobody'} ${bound}` }
}

/** What every door does with the option `dbsc`. */
export function describeDeviceBound(door: Door): void {
  describe(`dbsc: ${door.name}`, () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() }))
    afterEach(() => void vi.useRealTimers())
    const pass = (ms: number) => void vi.setSystemTime(Date.now() + ms)

    async function start(dbsc: object | undefined = {}, options: Partial<DoorOptions> = {}) {
      const store = new MapStore()
      const app = await door.start(shop, { store, ...(dbsc && { dbsc }), ...options })
      return { app, store }
    }

    async function login(dbsc: object = {}, options: Partial<DoorOptions> = {}) {
      const { app, store } = await start(dbsc, options)
      const browser = new DbscBrowser(app)
      await browser.request('/login')
      return { app, store, browser }
    }

    it.each(['ES256', 'RS256'] as const)(
      'a login binds the session to a key of %s, which a refresh proves',
      async algorithm => {
        const { app } = await start()
        const browser = new DbscBrowser(app, keysOf(algorithm, 'browser'))
        expect((await browser.request('/login')).text).toBe('Ada false')
        expect(browser.log).toEqual(['/dbsc/register 200'])
        expect((await browser.request('/me')).text).toBe('Ada true')
        pass(11 * MINUTE)
        expect((await browser.request('/me')).text).toBe('Ada true')
        expect(browser.log.slice(1)).toEqual(['/dbsc/refresh 403', '/dbsc/refresh 200'])
        pass(11 * MINUTE)
        expect((await browser.request('/me')).text).toBe('Ada true')
      },
    )

    it('the answer tells the browser what it needs, for itself only', async () => {
      const { browser } = await login({ path: '/device', maxAge: 5 * MINUTE })
      const { text, headers, setCookie } = browser.last!
      expect(JSON.parse(text)).toEqual({
        session_identifier: expect.stringMatching(/^[\w-]{22}$/),
        refresh_url: '/device/refresh',
        scope: { include_site: false },
        credentials: [
          { type: 'cookie', name: 'connect.sid-bound', attributes: 'Path=/; HttpOnly; SameSite=Lax' },
        ],
      })
      expect(setCookie).toEqual([
        expect.stringMatching(/^connect\.sid-bound=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=300$/),
      ])
      expect(headers.get('Cache-Control')).toBe('no-store')
      expect(headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin')
      expect(headers.get('Content-Type')).toMatch(/^application\/json/)
      expect(headers.get('Access-Control-Allow-Credentials')).toBeNull()
    })

    it('without the option nothing is offered, and session.bound is undefined', async () => {
      const { app } = await start(undefined, { dbsc: undefined })
      const got = await app.request('/login')
      expect(got.text).toBe('Ada undefined')
      expect(got.headers.get('Secure-Session-Registration')).toBeNull()
      expect((await app.request('/dbsc/register', { method: 'POST' })).text).toBe('nobody undefined')
    })

    it('a browser without it notices nothing, even where a bound session needs the cookie', async () => {
      const { app } = await start({ require: true })
      const { setCookie } = await app.request('/login')
      const cookie = setCookie[0]!.split(';')[0]!
      pass(30 * MINUTE)
      const got = await app.request('/me', { cookie })
      expect([got.status, got.text, got.headers.get('Secure-Session-Registration')]).toEqual([
        200,
        'Ada false',
        null,
      ])
    })

    it('a stolen cookie is worth as long as the bound cookie that was stolen with it', async () => {
      const { app, browser } = await login()
      const cookie = browser.stolen()
      pass(9 * MINUTE)
      expect((await app.request('/me', { cookie })).text).toBe('Ada true')
      pass(2 * MINUTE)
      expect((await app.request('/me', { cookie })).text).toBe('Ada false')
    })

    it('require: a bound session without its cookie gets 401, which no cache keeps, and the handler does not run', async () => {
      const { app, browser, store } = await login({ require: true })
      const cookie = browser.stolen('-bound')
      pass(MINUTE)
      store.calls.length = 0
      const got = await app.request('/save', { cookie })
      expect([got.status, got.headers.get('Cache-Control'), got.setCookie]).toEqual([401, 'no-store', []])
      expect(store.calls.filter(call => call !== 'read')).toEqual([])
      expect((await browser.request('/me')).text).toBe('Ada true')
    })

    it('require: a function lets the pages of the login through', async () => {
      const pathOf = (origin: unknown) => {
        const { originalUrl, url, path, req } = origin as Record<string, string> & { req?: { url?: string } }
        return String(originalUrl ?? path ?? url ?? req?.url)
      }
      const { app, browser } = await login({
        require: (origin: unknown) => !pathOf(origin).endsWith('/login'),
      })
      const cookie = browser.stolen('-bound')
      pass(MINUTE)
      expect((await app.request('/me', { cookie })).status).toBe(401)
      const got = await app.request('/login', { cookie })
      expect([got.status, got.text]).toEqual([200, 'Ada false'])
      expect(got.headers.get('Secure-Session-Registration')).toMatch(/^\(ES256 RS256\);path="/)
    })

    it('requests that were under way when the key was registered are let through', async () => {
      const { app, browser } = await login({ require: true })
      const cookie = browser.stolen('-bound')
      expect((await app.request('/me', { cookie })).status).toBe(200)
      pass(11_000)
      expect((await app.request('/me', { cookie })).status).toBe(401)
    })

    it.each(['/rotate', '/keep'])(
      '%s: the session is bound under its new id, and the browser is not asked again',
      async path => {
        const { browser } = await login({ require: true })
        pass(MINUTE)
        const got = await browser.request(path)
        expect([got.text, got.headers.get('Secure-Session-Registration')]).toEqual(['Ada true', null])
        pass(11 * MINUTE)
        expect((await browser.request('/me')).text).toBe('Ada true')
        expect(browser.log).toEqual(['/dbsc/register 200', '/dbsc/refresh 403', '/dbsc/refresh 200'])
      },
    )

    it('a login as another user is another session, which is not bound until its own key is registered', async () => {
      const { browser } = await login()
      const got = await browser.request('/login')
      expect(got.text).toBe('Ada false')
      expect(browser.sessions.size).toBe(2)
      expect((await browser.request('/me')).text).toBe('Ada true')
      pass(11 * MINUTE)
      expect((await browser.request('/me')).text).toBe('Ada true')
      expect(browser.sessions.size).toBe(1)
    })

    it.each(['a logout', 'an end from outside'])(
      'after %s a refresh ends the session in the browser',
      async how => {
        const { browser, store } = await login()
        if (how === 'a logout') {
          const cookie = browser.stolen()
          await browser.request('/logout')
          for (const pair of cookie.split('; '))
            browser.cookies.set(pair.split('=')[0]!, {
              value: pair.split('=')[1]!,
              until: Number.POSITIVE_INFINITY,
            })
        } else {
          for (const sid of await store.ids()) await store.destroy(sid)
        }
        browser.cookies.delete('connect.sid-bound')
        expect((await browser.request('/me')).text).toBe('nobody false')
        expect(browser.last!.text).toBe('{"continue":false}')
        expect([browser.sessions.size, browser.last!.setCookie]).toEqual([0, []])
      },
    )

    it('a refresh does not extend the session', async () => {
      const { browser, store } = await login({}, { cookie: { maxAge: 30 * MINUTE } })
      const { expires } = [...store.rows.values()].at(-1)!
      pass(11 * MINUTE)
      await browser.refresh([...browser.sessions.values()][0]!)
      expect(browser.last!.status).toBe(200)
      expect([...store.rows.values()].at(-1)!.expires).toBeLessThanOrEqual(expires + 1000)
    })

    it('the application cannot reach the device, nor forge one', async () => {
      const { app, browser } = await login({ require: true })
      pass(MINUTE)
      expect((await browser.request('/forge')).text).toBe('Ada true')
      await browser.request('/clear')
      expect((await browser.request('/me')).text).toBe('nobody true')
      const { setCookie } = await app.request('/login')
      const cookie = setCookie[0]!.split(';')[0]!
      expect((await app.request('/forge', { cookie })).text).toBe('Ada false')
      await app.request('/save', { cookie })
      expect((await app.request('/me', { cookie })).text).toBe('Ada false')
    })

    it.each(['overwrite', 'merge', 'error'])(
      'conflict %s: a page that saves beside a registration leaves the session bound',
      async conflict => {
        const { app, store } = await start({ require: true }, { conflict })
        const browser = new DbscBrowser(app)
        const { setCookie, headers } = await app.request('/login')
        const [, value] = /^connect\.sid=([^;]+)/.exec(setCookie[0]!)!
        browser.cookies.set('connect.sid', { value: value!, until: Number.POSITIVE_INFINITY })
        const { cookie } = browser
        store.delay = 20
        const saves = Promise.all(Array.from({ length: 5 }, () => app.request('/save', { cookie })))
        await browser.register(headers.get('Secure-Session-Registration')!)
        await saves
        pass(MINUTE)
        expect((await browser.request('/me')).text).toBe('Ada true')
        expect((await app.request('/me', { cookie })).status).toBe(401)
      },
    )
  })
}
