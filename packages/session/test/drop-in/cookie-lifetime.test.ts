import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { countVisits } from '../support/handlers.ts'
import { type Listener, readExpires, readSetCookie, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { livesFor, peek, peekOnly, storeWith } from '../support/stores.ts'
import type { Request } from '../support/types.ts'

/** Milliseconds that `work` takes, and what it gives. express-session takes the lifetime from the clock, which goes on meanwhile. */
async function timed<T>(work: () => Promise<T>): Promise<[given: T, ms: number]> {
  const began = performance.now()
  const given = await work()
  return [given, Math.ceil(performance.now() - began)]
}

describe.each(implementations)('$name', ({ session }) => {
  /** The reply to a new visitor whose handler does `change`, and what is stored then. */
  async function changed(change: (req: Request) => void, cookie?: object) {
    const store = storeWith(session)
    const handler: Listener = (req, res) => {
      change(req)
      res.end(JSON.stringify([req.session.cookie.originalMaxAge, req.session.cookie.maxAge]))
    }
    const app = await start(session, handler, { store, cookie })
    const [reply, took] = await timed(() => app.get())
    const [originalMaxAge, maxAge] = JSON.parse(reply.text)
    return {
      reply,
      took,
      originalMaxAge,
      maxAge,
      stored: Object.keys(store.sessions).length ? peekOnly(store) : undefined,
    }
  }

  describe('cookie.maxAge', () => {
    it('maxAge: is null where no option is given', async () => {
      const { maxAge, originalMaxAge } = await changed(() => {})
      expect([maxAge, originalMaxAge]).toEqual([null, null])
    })

    it('maxAge: starts as the option says', async () => {
      const { maxAge, originalMaxAge, took } = await changed(() => {}, { maxAge: 60_000 })
      expect(maxAge).toBeGreaterThan(55_000)
      expect(maxAge).toBeLessThanOrEqual(60_000)
      expect(Math.abs(originalMaxAge - 60_000)).toBeLessThanOrEqual(took)
    })

    it.each([1000, 60_000, 3e9])('maxAge: %d that a handler sets is sent and stored', async ms => {
      const { reply, stored, originalMaxAge, took } = await changed(req => (req.session.cookie.maxAge = ms))
      expect(Math.abs(readExpires(reply) - Date.now() - ms)).toBeLessThan(3000)
      expect(Math.abs(Date.parse(String(stored?.cookie.expires)) - Date.now() - ms)).toBeLessThan(3000)
      expect(Math.abs(originalMaxAge - ms)).toBeLessThanOrEqual(took)
    })

    it.each([null, false])('maxAge: %s makes the cookie end with the browser', async value => {
      const { reply } = await changed(req => (req.session.cookie.maxAge = value), { maxAge: 60_000 })
      expect(readSetCookie(reply)?.attributes).toEqual({ Path: '/', HttpOnly: true })
    })

    it('maxAge: a Date is taken as the end', async () => {
      const end = new Date(Date.now() + 60_000)
      const { maxAge } = await changed(req => (req.session.cookie.maxAge = end))
      expect(maxAge).toBeGreaterThan(50_000)
      expect(maxAge).toBeLessThanOrEqual(60_000)
    })

    it.each(['1d', {}, true])('maxAge: %o is a TypeError where it is assigned', async value => {
      const handler: Listener = (req, res) => {
        try {
          req.session.cookie.maxAge = value
        } catch (error) {
          res.end(`${(error as Error).name}: ${(error as Error).message}`)
        }
      }
      const app = await start(session, handler)
      expect((await app.get()).text).toBe('TypeError: maxAge must be a number or Date')
    })

    it('maxAge: runs down while the request lasts', async () => {
      const handler: Listener = async (req, res) => {
        const before = Number(req.session.cookie.maxAge)
        await sleep(50)
        res.end(String(before - Number(req.session.cookie.maxAge)))
      }
      const app = await start(session, handler, { cookie: { maxAge: 60_000 } })
      expect(Number((await app.get()).text)).toBeGreaterThanOrEqual(48)
    })

    it('maxAge: one in the past lets the session expire', async () => {
      const handler: Listener = (req, res) => {
        if (req.url === '/leave') req.session.cookie.maxAge = -1000
        countVisits(req, res)
      }
      const app = await start(session, handler, { cookie: { maxAge: 60_000 } })
      const cookie = await app.get()
      const left = await app.get('/leave', { cookie })
      expect(left.text).toBe('2')
      expect(readExpires(left)).toBeLessThan(Date.now())
      expect((await app.get('/', { cookie })).text).toBe('1')
    })
  })

  describe('cookie.originalMaxAge', () => {
    it('originalMaxAge: reads back 2000 on each later request', async () => {
      const handler: Listener = (req, res) => {
        req.session.times = Number(req.session.times ?? 0) + 1
        res.end(String(req.session.cookie.originalMaxAge))
      }
      const app = await start(session, handler, { rolling: true, cookie: { maxAge: 2000 } })
      let [reply, took] = await timed(() => app.get())
      for (let visit = 0; visit < 4; visit++) {
        expect(Math.abs(Number(reply.text) - 2000)).toBeLessThanOrEqual(took)
        await sleep(100)
        const [next, ms] = await timed(() => app.get('/', { cookie: reply }))
        reply = next
        took += ms
      }
    })

    it('originalMaxAge: is what was set last for this session', async () => {
      const handler: Listener = (req, res) => {
        if (req.url === '/remember') req.session.cookie.maxAge = 600_000
        req.session.times = Number(req.session.times ?? 0) + 1
        res.end(String(req.session.cookie.originalMaxAge))
      }
      const app = await start(session, handler, { cookie: { maxAge: 60_000 } })
      const [later, took] = await timed(async () => app.get('/', { cookie: await app.get('/remember') }))
      expect(Math.abs(Number(later.text) - 600_000)).toBeLessThanOrEqual(took)
      expect(readExpires(later) - Date.now()).toBeGreaterThan(500_000)
    })
  })

  describe('cookie.expires', () => {
    it('expires: a Date that a handler sets is sent', async () => {
      const { reply, originalMaxAge, took } = await changed(
        req => (req.session.cookie.expires = new Date(Date.now() + 60_000)),
      )
      expect(Math.abs(readExpires(reply) - Date.now() - 60_000)).toBeLessThan(3000)
      expect(Math.abs(originalMaxAge - 60_000)).toBeLessThanOrEqual(took)
    })

    it.each([null, false])('expires: %s makes the cookie end with the browser', async value => {
      const { reply } = await changed(req => (req.session.cookie.expires = value), { maxAge: 60_000 })
      expect(readSetCookie(reply)?.attributes).toEqual({ Path: '/', HttpOnly: true })
    })

    it('expires: a Date in the past is sent, and the session is not found again', async () => {
      const handler: Listener = (req, res) => {
        req.session.cookie.expires = new Date(Date.now() - 60_000)
        countVisits(req, res)
      }
      const app = await start(session, handler)
      const reply = await app.get()
      expect(Math.abs(readExpires(reply) - Date.now() + 60_000)).toBeLessThan(3000)
      expect((await app.get('/', { cookie: reply })).text).toBe('1')
    })

    it('expires: is a Date in a new session and in one that was loaded', async () => {
      const handler: Listener = (req, res) => {
        res.end(String(req.session.cookie.expires instanceof Date))
      }
      const app = await start(session, handler, { cookie: { maxAge: 60_000 } })
      const first = await app.get()
      expect([first.text, (await app.get('/', { cookie: first })).text]).toEqual(['true', 'true'])
    })
  })

  describe('the end of a session', () => {
    it('expiry: a visitor who comes too late starts anew', async () => {
      const store = storeWith(session)
      const app = await start(session, countVisits, { store, cookie: { maxAge: 300 } })
      const cookie = await app.get()
      await sleep(600)
      expect((await app.get('/', { cookie })).text).toBe('1')
      expect(Object.keys(store.sessions)).toHaveLength(1)
    })

    it('expiry: one that was set for a session survives later requests in the store', async () => {
      const store = storeWith(session, { known: { cookie: livesFor(60_000, 600_000) } })
      const app = await start(session, countVisits, { store })
      for (const visit of ['1', '2', '3'])
        expect((await app.get('/', { cookie: signed('known') })).text).toBe(visit)
      expect(peek(store, 'known')?.cookie.originalMaxAge).toBe(600_000)
    })

    it('expiry: other attributes that a handler sets are sent and stored', async () => {
      const { reply, stored } = await changed(req => {
        req.session.cookie.domain = 'example.org'
        req.session.cookie.sameSite = 'strict'
        req.session.cookie.httpOnly = false
        req.session.cookie.path = '/shop'
      })
      expect(readSetCookie(reply)?.attributes).toEqual({
        Domain: 'example.org',
        Path: '/shop',
        SameSite: 'Strict',
      })
      expect(stored?.cookie).toMatchObject({
        domain: 'example.org',
        sameSite: 'strict',
        httpOnly: false,
        path: '/shop',
      })
    })

    it('expiry: a handler can put another Cookie in the place of the first', async () => {
      const { reply } = await changed(req => {
        req.session.cookie = new session.Cookie({ domain: 'example.org', maxAge: 60_000 })
      })
      expect(readSetCookie(reply)?.attributes).toMatchObject({
        Domain: 'example.org',
        Path: '/',
        HttpOnly: true,
      })
      expect(readExpires(reply)).toBeGreaterThan(Date.now() + 50_000)
    })

    it('expiry: a cookie that a handler makes secure is not sent over plain HTTP', async () => {
      const { reply } = await changed(req => (req.session.cookie.secure = true))
      expect(reply.setCookie).toEqual([])
    })
  })
})
