import { ServerResponse } from 'node:http'
import connect from 'connect'
import { describe, expect, it } from 'vitest'
import { countVisits } from '../support/handlers.ts'
import { errorOf, type Listener, readId, SECRET, serve, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { recordCalls, storeWith } from '../support/stores.ts'
import type { Middleware, Options, Session } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  /** A connect app of these middlewares. */
  function chain(handler: Listener, ...middlewares: Middleware[]) {
    const app = connect()
    for (const middleware of [...middlewares, handler]) app.use(middleware as never)
    return serve(app as unknown as Listener)
  }

  describe('a session that is there already', () => {
    it('middleware: leaves a session of another package alone', async () => {
      const theirs = { visits: 41 } as unknown as Session
      const app = await start(session, countVisits, {}, { before: req => (req.session = theirs) })
      const reply = await app.get()
      expect(reply.text).toBe('42')
      expect(reply.setCookie).toEqual([])
    })

    it('middleware: does not touch the store for it', async () => {
      const store = storeWith(session)
      const calls = recordCalls(store)
      const before = (req: { session: unknown; sessionStore: unknown }) => {
        req.session = {}
        req.sessionStore = 'theirs'
      }
      const app = await start(session, (req, res) => res.end(String(req.sessionStore)), { store }, { before })
      expect((await app.get()).text).toBe('theirs')
      expect(calls).toEqual([])
    })

    it('middleware: mounted twice it acts once', async () => {
      const store = storeWith(session)
      const calls = recordCalls(store)
      const middleware = session({ secret: SECRET, store })
      const app = await chain(countVisits, middleware, middleware)
      const first = await app.get()
      expect(first.setCookie).toHaveLength(1)
      expect(calls).toEqual(['set'])
      expect((await app.get('/', { cookie: first })).text).toBe('2')
    })

    it('middleware: of two in a row the first one counts', async () => {
      const app = await chain(
        countVisits,
        session({ secret: SECRET, name: 'first' }),
        session({ secret: SECRET, name: 'second' }),
      )
      const reply = await app.get()
      expect(readId(reply, 'first')).toBeDefined()
      expect(readId(reply, 'second')).toBeUndefined()
    })
  })

  describe('the request', () => {
    it('middleware: puts the store on the request', async () => {
      const store = storeWith(session)
      const app = await start(session, (req, res) => res.end(String(req.sessionStore === store)), { store })
      expect((await app.get()).text).toBe('true')
    })

    it('middleware: the store is on the request when genid is called', async () => {
      const store = storeWith(session)
      const genid = (req: { sessionStore: unknown }) => String(req.sessionStore === store)
      const app = await start(session, (req, res) => res.end(req.sessionID), { store, genid })
      expect((await app.get()).text).toBe('true')
    })

    it('middleware: is a request handler by its number of parameters', () => {
      expect(session({ secret: 's' })).toHaveLength(3)
    })

    it('middleware: is made without options too, and then asks for a secret', async () => {
      expect(await errorOf(() => session())).toMatchObject({ message: 'secret option required for sessions' })
    })

    it.each([undefined, null, {}])('middleware: options may be %o', async options => {
      const error = await errorOf(() => session(options as Options))
      expect(error).toMatchObject({ message: 'secret option required for sessions' })
    })

    it('middleware: goes on before it returns where no session has to be read', () => {
      let reached = false
      const req = { url: '/', headers: {} }
      session({ secret: 's' })(req as never, new ServerResponse(req as never), () => {
        reached = true
      })
      expect(reached).toBe(true)
      expect(req).toHaveProperty('session')
    })

    it('middleware: has a memory store of its own where none is given', async () => {
      const [one, two] = [await start(session, countVisits), await start(session, countVisits)]
      const cookie = await one.get()
      expect((await two.get('/', { cookie })).text).toBe('1')
      expect((await one.get('/', { cookie })).text).toBe('2')
    })
  })
})
