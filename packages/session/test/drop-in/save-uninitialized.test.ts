import { describe, expect, it } from 'vitest'
import { countVisits, hasSession, showVisits } from '../support/handlers.ts'
import { type Listener, nextTurn, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { peekOnly, recordCalls, storeWith } from '../support/stores.ts'
import type { Options } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  /** What the store is asked for in the first request of a visitor. */
  async function firstVisit(handler: Listener, options: Options) {
    const store = storeWith(session)
    const calls = recordCalls(store)
    const app = await start(session, handler, { store, ...options })
    const reply = await app.get()
    expect(reply.status).toBe(200)
    return { ...app, store, calls, reply, cookies: reply.setCookie.length }
  }

  describe('saveUninitialized: true', () => {
    it.each([true, undefined])(
      'saveUninitialized: %s saves an empty session and sends its cookie',
      async value => {
        const { calls, cookies, store } = await firstVisit(hasSession, { saveUninitialized: value })
        expect(calls).toEqual(['set'])
        expect(cookies).toBe(1)
        expect(peekOnly(store)).toEqual({
          cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/' },
        })
      },
    )

    it('saveUninitialized: true saves a filled session once', async () => {
      const { calls, store } = await firstVisit(countVisits, { saveUninitialized: true })
      expect(calls).toEqual(['set'])
      expect(peekOnly(store)).toMatchObject({ visits: 1 })
    })

    it('saveUninitialized: true does not save again what the handler has saved', async () => {
      const { calls, cookies } = await firstVisit((req, res) => req.session.save(() => res.end()), {
        saveUninitialized: true,
      })
      expect(calls).toEqual(['set'])
      expect(cookies).toBe(1)
    })

    it('saveUninitialized: true saves an empty session whatever resave says', async () => {
      const { calls } = await firstVisit(hasSession, { saveUninitialized: true, resave: false })
      expect(calls).toEqual(['set'])
    })
  })

  describe('saveUninitialized: false', () => {
    it.each([true, false])(
      'saveUninitialized: false leaves an empty session alone (resave: %s)',
      async resave => {
        const { calls, cookies } = await firstVisit(showVisits, { saveUninitialized: false, resave })
        expect(calls).toEqual([])
        expect(cookies).toBe(0)
      },
    )

    it('saveUninitialized: false saves a session that was filled, and sends its cookie', async () => {
      const { calls, cookies, get, reply } = await firstVisit(countVisits, { saveUninitialized: false })
      expect(calls).toEqual(['set'])
      expect(cookies).toBe(1)
      expect((await get('/', { cookie: reply })).text).toBe('2')
    })

    it('saveUninitialized: false leaves a session alone that was filled and emptied', async () => {
      const handler: Listener = (req, res) => {
        req.session.visits = 1
        delete req.session.visits
        res.end()
      }
      const { calls, cookies } = await firstVisit(handler, { saveUninitialized: false })
      expect(calls).toEqual([])
      expect(cookies).toBe(0)
    })

    it('saveUninitialized: false leaves a session alone of which only the cookie was changed', async () => {
      const handler: Listener = (req, res) => {
        req.session.cookie.maxAge = 60_000
        res.end()
      }
      const { calls, cookies } = await firstVisit(handler, { saveUninitialized: false })
      expect(calls).toEqual([])
      expect(cookies).toBe(0)
    })

    it('saveUninitialized: false does not save again what the handler has saved', async () => {
      const handler: Listener = (req, res) => {
        req.session.user = 'Ada'
        req.session.save(() => res.end())
      }
      const { calls, cookies } = await firstVisit(handler, { saveUninitialized: false })
      expect(calls).toEqual(['set'])
      expect(cookies).toBe(1)
    })

    it('saveUninitialized: false saves again what has changed since the handler saved', async () => {
      const handler: Listener = (req, res) => {
        req.session.user = 'Ada'
        req.session.save(() => {
          req.session.user = 'Grace'
          res.end()
        })
      }
      const { calls, store } = await firstVisit(handler, { saveUninitialized: false })
      expect(calls).toEqual(['set', 'set'])
      expect(peekOnly(store)).toMatchObject({ user: 'Grace' })
    })

    it('saveUninitialized: false sends no cookie for an empty session that the handler has saved', async () => {
      const { calls, cookies } = await firstVisit((req, res) => req.session.save(() => res.end()), {
        saveUninitialized: false,
      })
      expect(calls).toEqual(['set'])
      expect(cookies).toBe(0)
    })

    it('saveUninitialized: false sends no cookie for a change that comes after the headers, but saves it', async () => {
      const handler: Listener = async (req, res) => {
        res.write('head')
        await nextTurn()
        req.session.user = 'Ada'
        res.end()
      }
      const { calls, cookies } = await firstVisit(handler, { saveUninitialized: false })
      expect(calls).toEqual(['set'])
      expect(cookies).toBe(0)
    })

    it('saveUninitialized: false saves a regenerated session although it is empty', async () => {
      const { calls, cookies } = await firstVisit((req, res) => req.session.regenerate(() => res.end()), {
        saveUninitialized: false,
      })
      expect(calls).toEqual(['destroy', 'set'])
      expect(cookies).toBe(1)
    })

    it('saveUninitialized: false concerns new sessions only: a later visit keeps the session alive', async () => {
      const { calls, get, reply } = await firstVisit(countVisits, { saveUninitialized: false, resave: false })
      calls.length = 0
      await get('/', { cookie: reply })
      expect(calls).toEqual(['get', 'set'])
    })
  })
})
