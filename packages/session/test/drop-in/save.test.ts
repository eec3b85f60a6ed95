import { describe, expect, it } from 'vitest'
import { type Listener, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { livesFor, peek, peekOnly, recordCalls, storeWith } from '../support/stores.ts'

describe.each(implementations)('$name', ({ session }) => {
  it('save: has written the session when it calls back', async () => {
    const store = storeWith(session)
    const handler: Listener = (req, res) => {
      req.session.user = 'Ada'
      req.session.save(error => res.end(JSON.stringify([error ?? null, peek(store, req.session.id)?.user])))
    }
    const app = await start(session, handler, { store })
    expect((await app.get()).text).toBe('[null,"Ada"]')
  })

  it('save: does without a callback', async () => {
    const store = storeWith(session)
    const handler: Listener = (req, res) => {
      req.session.user = 'Ada'
      req.session.save()
      res.end()
    }
    const app = await start(session, handler, { store })
    expect((await app.get()).status).toBe(200)
    expect(peekOnly(store)).toMatchObject({ user: 'Ada' })
  })

  it('save: without a callback a failing store does no harm', async () => {
    const store = storeWith(session, { known: {} })
    store.set = (_id, _session, done) => setImmediate(done!, new Error('down'))
    const handler: Listener = (req, res) => {
      req.session.save()
      delete (req as { session?: unknown }).session
      res.end('served')
    }
    const app = await start(session, handler, { store, resave: false })
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('served')
  })

  it('save: can be called several times', async () => {
    const store = storeWith(session)
    const calls = recordCalls(store)
    const handler: Listener = (req, res) => {
      req.session.step = 1
      req.session.save(() => {
        req.session.step = 2
        req.session.save(() => res.end())
      })
    }
    const app = await start(session, handler, { store })
    await app.get()
    expect(calls).toEqual(['set', 'set'])
    expect(peekOnly(store)).toMatchObject({ step: 2 })
  })

  it('save: leaves the session usable', async () => {
    const handler: Listener = (req, res) => {
      const before = req.session
      req.session.user = 'Ada'
      req.session.save(() => res.end(JSON.stringify([req.session === before, req.session.user])))
    }
    const app = await start(session, handler)
    expect((await app.get()).text).toBe('[true,"Ada"]')
  })

  it('save: what the store is given is the data with its cookie', async () => {
    const given: unknown[] = []
    const store = storeWith(session)
    store.set = (id, data, done) => {
      given.push(typeof id, JSON.parse(JSON.stringify(data)))
      setImmediate(done!)
    }
    const handler: Listener = (req, res) => {
      req.session.user = { name: 'Ada' }
      req.session.save(() => res.end())
    }
    const app = await start(session, handler, { store })
    await app.get()
    const cookie = { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }
    expect(given).toEqual(['string', { cookie, user: { name: 'Ada' } }])
  })

  it('save: the next visit finds what the handler has saved before a redirect', async () => {
    const handler: Listener = (req, res) => {
      if (req.url === '/account') return res.end(String(req.session.user))
      req.session.user = 'Ada'
      req.session.save(() => res.writeHead(302, { Location: '/account' }).end())
    }
    const app = await start(session, handler)
    const reply = await app.get('/login')
    expect(reply.status).toBe(302)
    expect((await app.get('/account', { cookie: reply })).text).toBe('Ada')
  })

  it('save: of a session that was loaded is not followed by another save of the same', async () => {
    const store = storeWith(session, { known: { cookie: livesFor(60_000) } })
    const calls = recordCalls(store)
    const app = await start(session, (req, res) => req.session.save(() => res.end()), { store })
    await app.get('/', { cookie: signed('known') })
    expect(calls).toEqual(['get', 'set', 'touch'])
  })

  it('save: after a reload is not followed by another save of the same', async () => {
    const store = storeWith(session, { known: {} })
    const calls = recordCalls(store)
    const handler: Listener = (req, res) => {
      req.session.reload(() => {
        req.session.user = 'Ada'
        req.session.save(() => res.end())
      })
    }
    const app = await start(session, handler, { store })
    await app.get('/', { cookie: signed('known') })
    expect(calls).toEqual(['get', 'get', 'set', 'touch'])
  })

  it('save: of a new session and then a reload is not followed by another save', async () => {
    const store = storeWith(session)
    const calls = recordCalls(store)
    const handler: Listener = (req, res) => {
      req.session.user = 'Ada'
      req.session.save(() => req.session.reload(() => req.session.save(() => res.end())))
    }
    const app = await start(session, handler, { store, saveUninitialized: false })
    await app.get()
    expect(calls).toEqual(['set', 'get', 'set'])
  })

  it('save: an error of the store is told to the callback only', async () => {
    const store = storeWith(session)
    const set = store.set
    let failures = 1
    store.set = (id, data, done) =>
      failures-- > 0 ? setImmediate(done!, new Error('down')) : set.call(store, id, data, done)
    const handler: Listener = (req, res) => {
      req.session.save(error => res.end(String((error as Error).message)))
    }
    const app = await start(session, handler, { store })
    expect((await app.get()).text).toBe('down')
    expect(app.errors).toEqual([])
  })
})
