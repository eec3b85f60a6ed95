import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { showVisits } from '../support/handlers.ts'
import { type Listener, readExpires, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { livesFor, peek, recordCalls, storeWith } from '../support/stores.ts'
import type { Stored } from '../support/types.ts'

describe.each(implementations)('$name', ({ name, session }) => {
  function expiry(stored: Stored | undefined): number {
    return Date.parse(String(stored?.cookie.expires))
  }

  describe('req.session.touch()', () => {
    it.each(['touch', 'resetMaxAge'] as const)(
      'touch: %s() sets maxAge back to originalMaxAge',
      async method => {
        const store = storeWith(session, { known: { cookie: livesFor(60_000, 600_000) } })
        const handler: Listener = (req, res) => {
          req.session[method]()
          res.end(String(req.session.cookie.maxAge))
        }
        const app = await start(session, handler, { store })
        const { text } = await app.get('/', { cookie: signed('known') })
        expect(Number(text)).toBeGreaterThan(590_000)
        expect(Number(text)).toBeLessThanOrEqual(600_000)
      },
    )

    it.each(['touch', 'resetMaxAge'] as const)(
      'touch: %s() answers with the session, for chaining',
      async method => {
        const app = await start(session, (req, res) => res.end(String(req.session[method]() === req.session)))
        expect((await app.get()).text).toBe('true')
      },
    )

    it('touch: leaves originalMaxAge as it is', async () => {
      const handler: Listener = (req, res) => {
        req.session.touch()
        req.session.touch()
        res.end(String(req.session.cookie.originalMaxAge))
      }
      const app = await start(session, handler, { cookie: { maxAge: 60_000 } })
      const { text } = await app.get()
      // express-session counts it back from the expiry, and loses the milliseconds that go by meanwhile.
      if (name === 'express-session') expect(Number(text)).toBeGreaterThan(59_000)
      else expect(text).toBe('60000')
    })

    it('touch: a session that ends with the browser still does', async () => {
      const app = await start(session, (req, res) => res.end(String(req.session.touch().cookie.expires)))
      const reply = await app.get()
      expect(reply.text).toBe('null')
      expect(reply.setCookie[0]).not.toContain('Expires')
    })

    it('touch: does not call the store', async () => {
      const store = storeWith(session)
      const calls = recordCalls(store)
      const handler: Listener = (req, res) => {
        req.session.touch()
        res.end(calls.join())
      }
      const app = await start(session, handler, { store })
      expect((await app.get()).text).toBe('')
    })
  })

  describe('at the end of a request', () => {
    it('touch: a read moves the expiry in the store and nothing else', async () => {
      const store = storeWith(session, { known: { visits: 7, cookie: livesFor(60_000, 600_000) } })
      const app = await start(session, showVisits, { store, resave: false })
      await app.get('/', { cookie: signed('known') })
      expect(expiry(peek(store, 'known'))).toBeGreaterThan(Date.now() + 500_000)
      expect(peek(store, 'known')).toMatchObject({ visits: 7, cookie: { originalMaxAge: 600_000 } })
    })

    it('touch: is given the session with its new expiry', async () => {
      const store = storeWith(session, { known: { visits: 7, cookie: livesFor(60_000, 600_000) } })
      const given: unknown[] = []
      store.touch = (id, touched, done) => {
        given.push(id, touched.visits, (touched.cookie.expires as Date).valueOf() > Date.now() + 500_000)
        setImmediate(done!)
      }
      const app = await start(session, showVisits, { store, resave: false })
      await app.get('/', { cookie: signed('known') })
      expect(given).toEqual(['known', 7, true])
    })

    it('touch: keeps a visitor who reads in time, beyond the first lifetime', async () => {
      const store = storeWith(session, { known: { visits: 7, cookie: livesFor(3000) } })
      const app = await start(session, showVisits, { store, resave: false })
      for (let visit = 0; visit < 2; visit++) {
        await sleep(1600)
        expect((await app.get('/', { cookie: signed('known') })).text).toBe('7')
      }
    })

    it('touch: never happens to a new session', async () => {
      const store = storeWith(session)
      const calls = recordCalls(store)
      const app = await start(session, showVisits, { store, resave: false, saveUninitialized: false })
      await app.get()
      await app.get('/', { cookie: signed('unknown') })
      expect(calls).toEqual(['get'])
    })

    it('touch: never happens to a session that was destroyed or regenerated', async () => {
      const store = storeWith(session, { one: {}, two: {} })
      const calls = recordCalls(store)
      const handler: Listener = (req, res) => {
        if (req.url === '/destroy') req.session.destroy(() => res.end())
        else req.session.regenerate(() => res.end())
      }
      const app = await start(session, handler, { store, resave: false })
      await app.get('/destroy', { cookie: signed('one') })
      await app.get('/regenerate', { cookie: signed('two') })
      expect(calls).not.toContain('touch')
    })

    it('touch: the cookie and the store get the same expiry', async () => {
      const store = storeWith(session, { known: { cookie: livesFor(60_000, 600_000) } })
      const app = await start(session, showVisits, { store, resave: false, rolling: true })
      const reply = await app.get('/', { cookie: signed('known') })
      expect(readExpires(reply)).toBe(Math.floor(expiry(peek(store, 'known')) / 1000) * 1000)
    })

    it('touch: whether a store has one is asked when the middleware is made', async () => {
      const store = storeWith(session, { known: {} })
      const touch = store.touch
      Object.assign(store, { touch: undefined })
      const app = await start(session, showVisits, { store, resave: false })
      store.touch = touch
      const calls = recordCalls(store)
      await app.get('/', { cookie: signed('known') })
      expect(calls).toEqual(['get'])
    })

    it('touch: happens once the response has its body, and before it ends', async () => {
      const store = storeWith(session, { known: {} })
      let answered = false
      store.touch = (_id, _session, done) =>
        setTimeout(() => {
          answered = true
          done!()
        }, 100)
      const app = await start(session, showVisits, { store, resave: false })
      await app.get('/', { cookie: signed('known') })
      expect(answered).toBe(true)
    })
  })
})
