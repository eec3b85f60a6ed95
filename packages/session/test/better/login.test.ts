import { session as coatcheck } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import { type Listener, start } from '../support/http.ts'
import { dataIn, MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { recordCalls, storeWith } from '../support/stores.ts'
import type { Options, Request, Session, Store } from '../support/types.ts'

type Choice = { keep?: unknown; grace?: number; data?: unknown }
type Regenerate = (choice: Choice, done?: (error?: unknown) => void) => Promise<void>

/** One step, which is all that it does. */
class ExchangingStore extends MapStore {
  protected override async _exchange(...args: [string, string, string, number, boolean]): Promise<boolean> {
    this.calls.push('exchange')
    if (this.failing.exchange) throw this.failing.exchange
    const [old, sid, data, ttl, required] = args
    const there = this.rows.delete(old)
    if (there || !required) this.rows.set(sid, { data, expires: Date.now() + ttl })
    return there
  }
}

const OPTIONS = { resave: false, saveUninitialized: false } as const

function regenerate(session: Session, choice: Choice): Promise<void> {
  return (session.regenerate as unknown as Regenerate)(choice)
}

/** A visitor with a cart; `login` is what the page for that does. */
async function visitor(store: Store, login: (req: Request) => unknown, options: Options = {}) {
  const handler: Listener = async (req, res) => {
    if (req.url === '/cart') Object.assign(req.session, { cart: ['coat'], theme: 'dark' })
    if (req.url === '/login') await login(req)
    const { cookie: _, ...data } = JSON.parse(JSON.stringify(req.session))
    res.end(JSON.stringify(data))
  }
  const app = await start(ours, handler, { store, ...OPTIONS, ...options })
  return { app, cookie: await app.get('/cart') }
}

const stores: [string, () => Store, (store: Store) => unknown[]][] = [
  [
    'MemoryStore',
    () => storeWith(ours),
    store =>
      Object.values((store as unknown as { sessions: Record<string, string> }).sessions).map(text => {
        const { cookie: _, ...data } = JSON.parse(text)
        return data
      }),
  ],
  ['a RecordStore', () => new MapStore() as never, store => dataIn(store as never)],
  ['a RecordStore with one step', () => new ExchangingStore() as never, store => dataIn(store as never)],
]

describe.each(stores)('regenerate({ data }) on %s', (_, makeStore, contents) => {
  it('the old id is dead and the new session stored when it resolves, and users are logged in', async () => {
    const store = makeStore()
    let stored: unknown[] = []
    const { app, cookie } = await visitor(store, async req => {
      await regenerate(req.session, { keep: ['cart'], data: { user: 'Ada' } })
      stored = contents(store)
    })
    const after = await app.get('/login', { cookie })
    const data = { cart: ['coat'], user: 'Ada' }
    expect(JSON.parse(after.text)).toEqual(data)
    expect(stored).toEqual([data])
    expect(after.setCookie).toHaveLength(1)
    expect(JSON.parse((await app.get('/', { cookie: after })).text)).toEqual(data)
    expect(JSON.parse((await app.get('/', { cookie })).text)).toEqual({})
  })

  it('what is changed later in the request is saved at its end', async () => {
    const store = makeStore()
    const { app, cookie } = await visitor(store, async req => {
      await regenerate(req.session, { data: { user: 'Ada' } })
      Object.assign(req.session, { views: 1 })
    })
    const after = await app.get('/login', { cookie })
    expect(JSON.parse((await app.get('/', { cookie: after })).text)).toEqual({ user: 'Ada', views: 1 })
    expect(contents(store)).toEqual([{ user: 'Ada', views: 1 }])
  })

  it('by callback, with an id that is made asynchronously, and by somebody without a session', async () => {
    const store = makeStore()
    let id = 0
    const genid = async () => `id ${id++}`
    const { app } = await visitor(
      store,
      req =>
        new Promise<void>((resolve, reject) => {
          const login = req.session.regenerate as unknown as Regenerate
          login.call(req.session, { keep: true, data: { user: 'Ada' } }, error =>
            error ? reject(error) : resolve(),
          )
        }),
      { genid: genid as never },
    )
    const after = await app.get('/login')
    expect(JSON.parse(after.text)).toEqual({ user: 'Ada' })
    expect(JSON.parse((await app.get('/', { cookie: after })).text)).toEqual({ user: 'Ada' })
  })

  it("a cookie in the data is not the session's", async () => {
    const { app, cookie } = await visitor(makeStore(), req =>
      regenerate(req.session, { data: { user: 'Ada', cookie: { path: '/elsewhere' } } }),
    )
    const after = await app.get('/login', { cookie })
    expect(after.setCookie[0]).toContain('Path=/;')
    expect(JSON.parse((await app.get('/', { cookie: after })).text)).toEqual({ user: 'Ada' })
  })

  it('what cannot be stored fails, and is not stored at the end of the request', async () => {
    const store = makeStore()
    let failure: unknown
    const { app, cookie } = await visitor(store, async req => {
      failure = await regenerate(req.session, { data: { user: 1n } }).catch(error => error)
    })
    const after = await app.get('/login', { cookie })
    expect(after.status).toBe(200)
    expect(failure).toMatchObject({ code: 'ERR_SESSION_SERIALIZE' })
    expect(JSON.stringify(contents(store))).not.toContain('user')
  })

  it.each<[string, Choice]>([
    ['data must be an object', { data: 'Ada' }],
    ['data must be an object', { data: null }],
    ['data must be an object', { data: ['Ada'] }],
    ['data and grace cannot be given together', { data: {}, grace: 1000 }],
  ])('%s: %j', async (message, choice) => {
    let failure: unknown
    const { app, cookie } = await visitor(makeStore(), async req => {
      failure = await regenerate(req.session, choice).catch(error => error)
    })
    const after = await app.get('/login', { cookie })
    expect(failure).toBeInstanceOf(TypeError)
    expect(failure).toMatchObject({ message })
    expect(JSON.parse(after.text)).toEqual({ cart: ['coat'], theme: 'dark' })
  })
})

describe('regenerate({ data }) in one step', () => {
  it('is the only write of the request', async () => {
    const store = new ExchangingStore()
    const { app, cookie } = await visitor(store as never, req =>
      regenerate(req.session, { keep: ['cart'], data: { user: 'Ada' } }),
    )
    store.calls.length = 0
    const after = await app.get('/login', { cookie })
    expect(store.calls).toEqual(['read', 'exchange'])
    store.calls.length = 0
    await app.get('/', { cookie: after })
    expect(store.calls).not.toContain('write')
  })

  it('when it fails nothing has happened, and the request goes on with the session that it had', async () => {
    const store = new ExchangingStore()
    const away = new Error('away')
    const seen: unknown[] = []
    const { app, cookie } = await visitor(store as never, async req => {
      const { id } = req.session
      store.failing.exchange = away
      seen.push(await regenerate(req.session, { data: { user: 'Ada' } }).catch(error => error))
      seen.push(req.session.id === id, req.sessionID === id)
    })
    const after = await app.get('/login', { cookie })
    expect(seen).toEqual([away, true, true])
    expect(after.setCookie).toEqual([])
    const before = { cart: ['coat'], theme: 'dark' }
    expect(JSON.parse(after.text)).toEqual(before)
    expect(dataIn(store)).toEqual([before])
    expect(JSON.parse((await app.get('/', { cookie })).text)).toEqual(before)
  })

  it('data that cannot be serialized leaves the session that there was', async () => {
    const store = new ExchangingStore()
    const { app, cookie } = await visitor(store as never, async req => {
      await regenerate(req.session, { data: { user: 1n } }).catch(() => {})
    })
    expect(JSON.parse((await app.get('/login', { cookie })).text)).toEqual({ cart: ['coat'], theme: 'dark' })
    expect(store.calls).not.toContain('exchange')
  })

  it.each([true, ['cart']])('keep %j: a session that was ended meanwhile does not live on', async keep => {
    const store = new ExchangingStore()
    let failure: unknown
    const { app, cookie } = await visitor(store as never, async req => {
      await store.destroy(req.session.id)
      failure = await regenerate(req.session, { keep, data: { user: 'Ada' } }).catch(error => error)
    })
    const after = await app.get('/login', { cookie })
    expect(failure).toMatchObject({ code: 'ERR_SESSION_GONE' })
    expect(JSON.parse(after.text)).toEqual({})
    expect(dataIn(store)).toEqual([{}])
  })

  it('without keep, who was logged out elsewhere can log in', async () => {
    const store = new ExchangingStore()
    const { app, cookie } = await visitor(store as never, async req => {
      await store.destroy(req.session.id)
      await regenerate(req.session, { data: { user: 'Ada' } })
    })
    const after = await app.get('/login', { cookie })
    expect(JSON.parse((await app.get('/', { cookie: after })).text)).toEqual({ user: 'Ada' })
  })

  it('of several logins at once that keep the cart, one succeeds', async () => {
    const store = new ExchangingStore()
    const outcomes: string[] = []
    let waiting = 0
    let go = () => {}
    const all = new Promise<void>(resolve => {
      go = resolve
    })
    const { app, cookie } = await visitor(store as never, async req => {
      if (++waiting === 10) go()
      await all
      await regenerate(req.session, { keep: ['cart'], data: { user: 'Ada' } }).then(
        () => outcomes.push('in'),
        error => outcomes.push(error.code),
      )
    })
    await Promise.all(Array.from({ length: 10 }, () => app.get('/login', { cookie })))
    expect(outcomes.sort()).toEqual([...Array(9).fill('ERR_SESSION_GONE'), 'in'])
    const loggedIn = dataIn(store).filter(data => Object.keys(data).length > 0)
    expect(loggedIn).toEqual([{ cart: ['coat'], user: 'Ada' }])
  })

  it.each(['destroy', 'set', 'regenerate'] as const)('a %s of its own on the store is called', async name => {
    const store = new ExchangingStore()
    const { app, cookie } = await visitor(store as never, req =>
      regenerate(req.session, { data: { user: 'Ada' } }),
    )
    const calls: string[] = name === 'regenerate' ? [] : recordCalls(store as never)
    if (name === 'regenerate') {
      const { regenerate } = store
      Object.assign(store, {
        regenerate(...args: Parameters<typeof regenerate>) {
          calls.push('regenerate')
          return regenerate.apply(store, args)
        },
      })
    }
    const after = await app.get('/login', { cookie })
    expect(calls).toContain(name)
    expect(store.calls).not.toContain('exchange')
    expect(JSON.parse((await app.get('/', { cookie: after })).text)).toEqual({ user: 'Ada' })
  })

  it('where ids are replaced with a grace, the session that an old id leads to ends as well', async () => {
    const store = new ExchangingStore()
    const { app, cookie } = await visitor(
      store as never,
      req => regenerate(req.session, { data: { user: 'Ada' } }),
      {},
    )
    const rotating = coatcheck({ secret: 'a secret for tests', store, ...OPTIONS })
    const rotated = await start(
      (() => rotating) as never,
      async (req, res) => {
        await regenerate(req.session, { keep: true, grace: 60_000 })
        res.end()
      },
      {},
    )
    const next = await rotated.get('/', { cookie })
    expect(next.setCookie).toHaveLength(1)
    const after = await app.get('/login', { cookie })
    expect(store.calls).not.toContain('exchange')
    expect(JSON.parse((await app.get('/', { cookie: after })).text)).toEqual({ user: 'Ada' })
    expect(JSON.parse((await app.get('/', { cookie: next })).text)).toEqual({})
    expect(JSON.parse((await app.get('/', { cookie })).text)).toEqual({})
  })
})
