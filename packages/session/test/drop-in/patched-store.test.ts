import { describe, expect, it } from 'vitest'
import { countVisits, showVisits } from '../support/handlers.ts'
import { type Listener, signed, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import { stored, storeWith } from '../support/stores.ts'
import type { Options } from '../support/types.ts'

describe.each(implementations)('$name', ({ session }) => {
  const drop: Listener = (req, res) => {
    req.session = null as never
    res.end()
  }

  it.each<['get' | 'set' | 'touch' | 'destroy', Options, Listener]>([
    ['get', {}, showVisits],
    ['set', { resave: true }, countVisits],
    ['touch', { resave: false }, showVisits],
    ['destroy', { unset: 'destroy' }, drop],
  ])(
    'store: a %s that is replaced after the middleware was made is the one that is called',
    async (name, options, handler) => {
      const store = storeWith(session, { known: {} })
      const app = await start(session, handler, { store, ...options })
      const original = store[name] as (...args: unknown[]) => unknown
      const ids: unknown[] = []
      Object.assign(store, {
        [name](this: unknown, ...args: unknown[]) {
          ids.push(this === store, args[0])
          return original.apply(store, args)
        },
      })
      const reply = await app.get('/', { cookie: signed('known') })
      expect(reply.status).toBe(200)
      expect(ids).toEqual([true, 'known'])
    },
  )

  it.each<['set' | 'destroy', Listener]>([
    ['set', (req, res) => req.session.save(() => res.end())],
    ['destroy', (req, res) => req.session.destroy(() => res.end())],
    ['destroy', (req, res) => req.session.regenerate(() => res.end())],
  ])('store: a %s that is replaced during a request is the one that is called', async (name, handler) => {
    const store = storeWith(session, { known: {} })
    let called = false
    const app = await start(
      session,
      (req, res) => {
        const original = store[name] as (...args: unknown[]) => unknown
        Object.assign(store, {
          [name](...args: unknown[]) {
            called = true
            return original.apply(store, args)
          },
        })
        return handler(req, res)
      },
      { store },
    )
    await app.get('/', { cookie: signed('known') })
    expect(called).toBe(true)
  })

  it('store: a generate that is replaced makes the sessions of new visitors', async () => {
    const store = storeWith(session)
    const app = await start(session, (req, res) => res.end(String(req.session.greeting)), { store })
    const generate = store.generate
    store.generate = req => {
      generate.call(store, req)
      req.session!.greeting = 'hello'
    }
    expect((await app.get()).text).toBe('hello')
  })

  it('store: a createSession that is replaced makes the sessions of those who come back', async () => {
    const store = storeWith(session, { known: {} })
    const createSession = store.createSession
    store.createSession = (req, data) => createSession.call(store, req, { ...data, greeting: 'welcome back' })
    const app = await start(session, (req, res) => res.end(String(req.session.greeting)), { store })
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('welcome back')
  })

  it('store: a createSession may put the session in place and answer with nothing', async () => {
    const store = storeWith(session, { known: { visits: 1 } })
    const createSession = store.createSession
    Object.assign(store, {
      createSession: (...args: Parameters<typeof createSession>) => void createSession.apply(store, args),
    })
    const handler: Listener = (req, res) => req.session.reload(() => countVisits(req, res))
    const app = await start(session, handler, { store })
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('2')
    expect((await app.get('/', { cookie: signed('known') })).text).toBe('3')
  })

  it('store: may answer with one object again and again', async () => {
    const store = storeWith(session)
    const data = stored({ visits: 1 })
    store.get = (_id, done) => setImmediate(done, null, data)
    const app = await start(session, showVisits, { store, resave: false })
    for (let visit = 0; visit < 3; visit++) {
      expect((await app.get('/', { cookie: signed('known') })).text).toBe('1')
    }
  })

  it('store: is called with a callback, and what it answers besides does not count', async () => {
    const store = storeWith(session)
    const set = store.set
    const lengths: number[] = []
    store.set = (...args) => {
      lengths.push(args.length)
      set.apply(store, args)
      return 'whatever'
    }
    const app = await start(session, countVisits, { store })
    expect((await app.get()).text).toBe('1')
    expect(lengths).toEqual([3])
  })
})
