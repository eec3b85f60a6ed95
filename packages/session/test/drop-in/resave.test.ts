import { describe, expect, it } from 'vitest'
import { countVisits, showVisits } from '../support/handlers.ts'
import { type Listener, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { livesFor, peek, recordCalls, storeWith } from '../support/stores.ts'
import type { Options } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  /** What the store is asked for in a request of a session that was there. */
  async function callsOf(handler: Listener, options: Options, data: Record<string, unknown> = { visits: 1 }) {
    const store = storeWith(session, { known: data })
    const calls = recordCalls(store)
    const app = await start(session, handler, { store, ...options })
    const reply = await app.get('/', { cookie: signed('known') })
    expect(reply.status).toBe(200)
    return { calls, after: peek(store, 'known') }
  }

  describe('resave: true', () => {
    it.each([true, undefined])('resave: %s saves a session that was only read', async resave => {
      const { calls } = await callsOf(showVisits, { resave })
      expect(calls).toEqual(['get', 'set'])
    })

    it('resave: true saves a changed session once', async () => {
      const { calls, after } = await callsOf(countVisits, { resave: true })
      expect(calls).toEqual(['get', 'set'])
      expect(after).toMatchObject({ visits: 2 })
    })

    it('resave: true moves the expiry in the store', async () => {
      const { after } = await callsOf(showVisits, { resave: true }, { cookie: livesFor(60_000, 600_000) })
      expect(Date.parse(String(after?.cookie.expires)) - Date.now()).toBeGreaterThan(500_000)
    })

    it('resave: true does not save what the handler has saved', async () => {
      const { calls } = await callsOf((req, res) => req.session.save(() => res.end()), { resave: true })
      expect(calls).toEqual(['get', 'set', 'touch'])
    })
  })

  describe('resave: false', () => {
    it('resave: false only touches a session that was only read', async () => {
      const { calls } = await callsOf(showVisits, { resave: false })
      expect(calls).toEqual(['get', 'touch'])
    })

    it('resave: false saves a changed session', async () => {
      const { calls, after } = await callsOf(countVisits, { resave: false })
      expect(calls).toEqual(['get', 'set'])
      expect(after).toMatchObject({ visits: 2 })
    })

    it('resave: false moves the expiry in the store by the touch', async () => {
      const { calls, after } = await callsOf(
        showVisits,
        { resave: false },
        { cookie: livesFor(60_000, 600_000) },
      )
      expect(calls).toEqual(['get', 'touch'])
      expect(Date.parse(String(after?.cookie.expires)) - Date.now()).toBeGreaterThan(500_000)
    })

    it('resave: false does nothing at the end with a store that has no touch', async () => {
      const store = Object.assign(storeWith(session, { known: {} }), { touch: undefined })
      const calls = recordCalls(store as never)
      const app = await start(session, showVisits, { store, resave: false })
      await app.get('/', { cookie: signed('known') })
      expect(calls).toEqual(['get'])
    })

    it.each<[string, Listener]>([
      ['assigned', req => (req.session.visits = 9)],
      ['added', req => (req.session.more = 1)],
      ['deleted', req => delete req.session.visits],
      ['changed in depth', req => ((req.session.user as { name: string }).name = 'Eve')],
      ['pushed to a list', req => (req.session.list as number[]).push(3)],
      ['under a nested key called cookie', req => ((req.session.user as { cookie: string }).cookie = 'rye')],
    ])('resave: false sees data that was %s', async (_, change) => {
      const { calls } = await callsOf(
        (req, res) => {
          change(req, res)
          res.end()
        },
        { resave: false },
        { visits: 1, list: [1, 2], user: { name: 'Ada', cookie: 'oat' } },
      )
      expect(calls).toEqual(['get', 'set'])
    })

    it.each<[string, Listener]>([
      ['taken back', req => (req.session.visits = Number(req.session.visits) + 1 - 1)],
      ['of no effect in JSON', req => (req.session.more = undefined)],
      ['to the session cookie', req => (req.session.cookie.maxAge = 60_000)],
      ['a replacement by the same', req => (req.session.user = { name: 'Ada' })],
    ])('resave: false takes a change that is %s for none', async (_, change) => {
      const { calls } = await callsOf(
        (req, res) => {
          change(req, res)
          res.end()
        },
        { resave: false },
        { visits: 1, user: { name: 'Ada' } },
      )
      expect(calls).toEqual(['get', 'touch'])
    })

    it('resave: false does not save again what the handler has saved', async () => {
      const handler: Listener = (req, res) => {
        req.session.visits = 2
        req.session.save(() => res.end())
      }
      const { calls } = await callsOf(handler, { resave: false })
      expect(calls).toEqual(['get', 'set', 'touch'])
    })

    it('resave: false saves again what has changed since the handler saved', async () => {
      const handler: Listener = (req, res) => {
        req.session.visits = 2
        req.session.save(() => {
          req.session.visits = 3
          res.end()
        })
      }
      const { calls, after } = await callsOf(handler, { resave: false })
      expect(calls).toEqual(['get', 'set', 'set'])
      expect(after).toMatchObject({ visits: 3 })
    })
  })
})
