import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { countVisits, showVisits } from '../support/handlers.ts'
import { type Listener, nextTurn, readExpires, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { livesFor, peek, storeWith } from '../support/stores.ts'
import type { Options } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  /** The reply to a visitor with a session of `data`. */
  async function visit(handler: Listener, options: Options, data: Record<string, unknown>) {
    const store = storeWith(session, { known: data })
    const app = await start(session, handler, { store, ...options })
    const reply = await app.get('/', { cookie: signed('known') })
    expect(reply.status).toBe(200)
    return { reply, store }
  }

  describe('rolling: false', () => {
    it.each([false, undefined])(
      'rolling: %s sends no cookie for a session that was only read',
      async rolling => {
        const { reply } = await visit(showVisits, { rolling }, { cookie: livesFor(60_000) })
        expect(reply.setCookie).toEqual([])
      },
    )

    it('rolling: false sends the cookie of a session that was changed and has an end', async () => {
      const { reply } = await visit(countVisits, { rolling: false }, { cookie: livesFor(60_000, 600_000) })
      expect(reply.setCookie[0]).toContain(signed('known'))
      expect(readExpires(reply) - Date.now()).toBeGreaterThan(500_000)
    })

    it('rolling: false sends no cookie for a changed session that ends with the browser', async () => {
      const { reply } = await visit(countVisits, { rolling: false }, {})
      expect(reply.setCookie).toEqual([])
    })

    it('rolling: false sends no cookie where only the cookie was changed', async () => {
      const handler: Listener = (req, res) => {
        req.session.cookie.maxAge = 600_000
        res.end()
      }
      const { reply } = await visit(handler, { rolling: false }, { cookie: livesFor(60_000) })
      expect(reply.setCookie).toEqual([])
    })

    it('rolling: false sends no cookie for a change that comes after the headers', async () => {
      const handler: Listener = async (req, res) => {
        res.write('head')
        await nextTurn()
        countVisits(req, res)
      }
      const { reply, store } = await visit(handler, { rolling: false }, { cookie: livesFor(60_000) })
      expect(reply.setCookie).toEqual([])
      expect(peek(store, 'known')).toMatchObject({ visits: 1 })
    })
  })

  describe('rolling: true', () => {
    it.each([true, 1, 'yes'])('rolling: %o sends the cookie each time', async rolling => {
      const { reply } = await visit(showVisits, { rolling }, { cookie: livesFor(60_000, 600_000) })
      expect(reply.setCookie[0]).toContain(signed('known'))
      expect(readExpires(reply) - Date.now()).toBeGreaterThan(500_000)
    })

    it('rolling: true sends the cookie of a session that ends with the browser too', async () => {
      const { reply } = await visit(showVisits, { rolling: true }, {})
      expect(reply.setCookie).toHaveLength(1)
      expect(reply.setCookie[0]).not.toContain('Expires')
    })

    it('rolling: true sends no cookie for an empty new session under saveUninitialized: false', async () => {
      const app = await start(session, showVisits, { rolling: true, saveUninitialized: false })
      expect((await app.get()).setCookie).toEqual([])
    })

    it('rolling: true sends the cookie again once there is something in the session', async () => {
      const app = await start(session, countVisits, { rolling: true, saveUninitialized: false })
      const first = await app.get()
      expect((await app.get('/', { cookie: first })).setCookie).toHaveLength(1)
    })

    it('rolling: true sends no cookie for a destroyed session', async () => {
      const { reply } = await visit((req, res) => req.session.destroy(() => res.end()), { rolling: true }, {})
      expect(reply.setCookie).toEqual([])
    })

    it('rolling: true keeps a visitor who comes back in time, beyond the first lifetime', async () => {
      const app = await start(session, countVisits, {
        rolling: true,
        resave: false,
        cookie: { maxAge: 3000 },
      })
      let reply = await app.get()
      for (const visit of ['2', '3']) {
        await sleep(1600)
        reply = await app.get('/', { cookie: reply })
        expect(reply.text).toBe(visit)
      }
    })

    it('rolling: the expiry in the store is that of the cookie, also when the body takes its time', async () => {
      const handler: Listener = async (_req, res) => {
        res.write('slow')
        await sleep(1200)
        res.end()
      }
      const visits = [true, false].map(async resave => {
        const { reply, store } = await visit(handler, { rolling: true, resave }, { cookie: livesFor(60_000) })
        const stored = Date.parse(String(peek(store, 'known')?.cookie.expires))
        expect(readExpires(reply)).toBe(Math.floor(stored / 1000) * 1000)
      })
      await Promise.all(visits)
    })

    it('rolling: each slow response gets a fresh expiry', async () => {
      const handler: Listener = async (_req, res) => {
        res.write('slow')
        await sleep(200)
        res.end()
      }
      const app = await start(session, handler, { rolling: true, cookie: { maxAge: 60_000 } })
      const first = await app.get()
      await sleep(1000)
      const second = await app.get('/', { cookie: first })
      expect(readExpires(second)).toBeGreaterThan(readExpires(first))
    })
  })
})
