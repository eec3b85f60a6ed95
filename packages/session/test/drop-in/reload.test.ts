import { describe, expect, it } from 'vitest'
import { type Listener, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { livesFor, peek, stored, storeWith } from '../support/stores.ts'
import type { Done, Request } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  it('reload: brings what is in the store by now', async () => {
    const store = storeWith(session, { known: { step: 1 } })
    const handler: Listener = (req, res) => {
      store.set('known', stored({ step: 2 }), () => {
        const before = req.session.step
        req.session.reload(() => res.end(`${before} ${req.session.step}`))
      })
    }
    const app = await start(session, handler, { store })
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('1 2')
  })

  it('reload: drops changes that were not saved', async () => {
    const store = storeWith(session, { known: { step: 1 } })
    const handler: Listener = (req, res) => {
      req.session.step = 2
      req.session.added = true
      req.session.reload(() => res.end(JSON.stringify([req.session.step, 'added' in req.session])))
    }
    const app = await start(session, handler, { store })
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('[1,false]')
    expect(peek(store, 'known')).toMatchObject({ step: 1 })
  })

  it('reload: req.session is another object of the same id', async () => {
    const store = storeWith(session, { known: {} })
    const handler: Listener = (req, res) => {
      const before = req.session
      req.session.reload(() => res.end(`${req.session !== before} ${req.session.id} ${req.sessionID}`))
    }
    const app = await start(session, handler, { store })
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('true known known')
  })

  it('reload: what is changed afterwards is saved', async () => {
    const store = storeWith(session, { known: { step: 1 } })
    const handler: Listener = (req, res) => {
      req.session.reload(() => {
        req.session.step = 2
        res.end()
      })
    }
    const app = await start(session, handler, { store, resave: false })
    await app.get('/', { cookie: signed('known') })
    expect(peek(store, 'known')).toMatchObject({ step: 2 })
  })

  it('reload: leaves the expiry as it is stored', async () => {
    const cookie = livesFor(60_000, 600_000)
    const store = storeWith(session, { known: { cookie } })
    const handler: Listener = (req, res) =>
      req.session.reload(() =>
        res.end(`${req.session.cookie.expires?.toISOString()} ${req.session.cookie.originalMaxAge}`),
      )
    const app = await start(session, handler, { store })
    const reply = await app.get('/', { cookie: signed('known') })
    expect(reply.text).toBe(`${(cookie.expires as Date).toISOString()} 600000`)
  })

  it('reload: the session has its methods again', async () => {
    const store = storeWith(session, { known: { step: 1 } })
    const handler: Listener = (req, res) =>
      req.session.reload(() =>
        req.session.save(() => req.session.destroy(() => res.end(String(req.session)))),
      )
    const app = await start(session, handler, { store })
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('undefined')
    expect(peek(store, 'known')).toBeUndefined()
  })

  it('reload: twenty within each other are no trouble', async () => {
    const store = storeWith(session, { known: { step: 1 } })
    const again = (req: Request, times: number, done: Done): unknown =>
      times === 0 ? done() : req.session.reload(error => (error ? done(error) : again(req, times - 1, done)))
    const handler: Listener = (req, res) =>
      again(req, 20, error => {
        req.session.step = 2
        req.session.save(() => res.end(String(error)))
      })
    const app = await start(session, handler, { store })
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('undefined')
    expect(peek(store, 'known')).toMatchObject({ step: 2 })
  })

  describe('errors', () => {
    const message = (error: unknown) => (error as Error | undefined)?.message

    it('reload: of a session that was destroyed meanwhile is an error', async () => {
      const store = storeWith(session, { known: {} })
      const handler: Listener = (req, res) => {
        store.destroy('known', () => {
          req.session.reload(error => {
            delete (req as Partial<Request>).session
            res.end(message(error))
          })
        })
      }
      const app = await start(session, handler, { store })
      expect((await app.get('/', { cookie: signed('known') })).text).toBe('failed to load session')
    })

    it('reload: of a new session that is not stored yet is an error', async () => {
      const app = await start(session, (req, res) => req.session.reload(error => res.end(message(error))))
      expect((await app.get()).text).toBe('failed to load session')
    })

    it('reload: of a session that has expired meanwhile is an error', async () => {
      const store = storeWith(session, { known: {} })
      const handler: Listener = (req, res) => {
        store.sessions.known = JSON.stringify(stored({ cookie: livesFor(-1000) }))
        req.session.reload(error => res.end(message(error)))
      }
      const app = await start(session, handler, { store })
      expect((await app.get('/', { cookie: signed('known') })).text).toBe('failed to load session')
    })

    it('reload: an error of the store is told to the callback', async () => {
      const store = storeWith(session, { known: {} })
      const handler: Listener = (req, res) => {
        store.get = (_, done) => setImmediate(done, new Error('down'))
        req.session.reload(error => res.end(message(error)))
      }
      const app = await start(session, handler, { store })
      expect((await app.get('/', { cookie: signed('known') })).text).toBe('down')
      expect(app.errors).toEqual([])
    })

    it('reload: one that failed leaves the session in place', async () => {
      const handler: Listener = (req, res) => {
        req.session.user = 'Ada'
        req.session.reload(() => res.end(String(req.session.user)))
      }
      const app = await start(session, handler)
      expect((await app.get()).text).toBe('Ada')
    })
  })
})
