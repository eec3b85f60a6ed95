import { describe, expect, it } from 'vitest'
import { countVisits } from '../support/handlers.ts'
import { type Listener, signed, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { peek, recordCalls, storeWith } from '../support/stores.ts'
import type { MemoryStore } from '../support/types.ts'

const silent = () => undefined

const handler: Listener = (req, res) => {
  if (req.url === '/write') req.session.visits = 1
  res.end(req.session ? 'session' : 'no session')
}

describe('storeTimeout', () => {
  const timeout = { storeTimeout: 100, resave: false, saveUninitialized: false }

  it('storeTimeout: a store that never answers a read is an error in time', async () => {
    const store = Object.assign(storeWith(ours), { get: silent })
    const app = await start(ours, handler, { store, ...timeout })
    const reply = await app.get('/', { cookie: signed('known') })
    expect(reply.text).toMatch(/did not answer get within 100 ms/)
    expect(app.errors).toMatchObject([{ code: 'ERR_SESSION_STORE_TIMEOUT', status: 503 }])
  })

  it.each(['set', 'touch'])(
    'storeTimeout: a store that never answers %s gets the response out',
    async name => {
      const store = Object.assign(storeWith(ours, { known: {} }), { [name]: silent })
      const app = await start(ours, handler, { store, ...timeout })
      const reply = await app.get(name === 'set' ? '/write' : '/', { cookie: signed('known') })
      expect(reply.text).toBe('session')
      expect(await app.failed()).toMatchObject([{ code: 'ERR_SESSION_STORE_TIMEOUT' }])
    },
  )

  it('storeTimeout: an answer that comes too late changes nothing', async () => {
    const store = storeWith(ours, { known: { visits: 7 } })
    const { get } = store
    store.get = (id, done) => setTimeout(() => get.call(store, id, done), 200)
    let visits = 0
    const app = await start(ours, () => visits++, { store, ...timeout })
    await app.get('/', { cookie: signed('known') })
    await new Promise(resolve => setTimeout(resolve, 200))
    expect([visits, app.errors.length]).toEqual([0, 1])
  })

  it('storeTimeout: methods of the session have it too', async () => {
    const store = Object.assign(storeWith(ours), { destroy: silent })
    const handler: Listener = async (req, res) => {
      res.end(await (req.session.destroy() as Promise<void>).catch(error => error.code))
    }
    const app = await start(ours, handler, { store, ...timeout })
    expect((await app.get()).text).toBe('ERR_SESSION_STORE_TIMEOUT')
  })

  it('storeTimeout: a store that answers in time is not disturbed', async () => {
    const store = Object.assign(new MapStore(), { delay: 20 })
    const app = await start(ours, countVisits, { store, ...timeout })
    const cookie = await app.get()
    expect((await app.get('/', { cookie })).text).toBe('2')
  })
})

/** Two ways for a store to be away. */
const absences: [string, (store: MemoryStore) => void, string][] = [
  ['has disconnected', store => store.emit('disconnect'), 'ERR_SESSION_STORE_UNAVAILABLE'],
  [
    'fails to read',
    store => {
      store.get = (_id, done) => setImmediate(done, Object.assign(new Error('down'), { code: 'EDOWN' }))
    },
    'EDOWN',
  ],
]

describe.each(absences)('onStoreUnavailable, with a store that %s', (_, leave, code) => {
  function away() {
    const store = storeWith(ours, { known: { visits: 7 } })
    return store
  }

  it("onStoreUnavailable: 'skip' goes on without a session, and does not write", async () => {
    const store = away()
    const app = await start(ours, handler, {
      store,
      onStoreUnavailable: 'skip',
      unset: 'destroy',
      clearCookie: true,
    })
    leave(store)
    const calls = recordCalls(store)
    const reply = await app.get('/', { cookie: signed('known') })
    expect([reply.status, reply.text, reply.setCookie]).toEqual([200, 'no session', []])
    expect(calls).not.toContain('destroy')
    expect(peek(store, 'known')).toMatchObject({ visits: 7 })
  })

  it("onStoreUnavailable: 'error' fails the request", async () => {
    const store = away()
    const app = await start(ours, handler, { store, onStoreUnavailable: 'error' })
    leave(store)
    expect((await app.get('/', { cookie: signed('known') })).status).toBe(500)
    expect(app.errors).toMatchObject([{ code }])
  })

  it('onStoreUnavailable: a function chooses by error and request', async () => {
    const store = away()
    const heard: unknown[] = []
    const choose = (error: { code?: string }, req: { url?: string }) => {
      heard.push(error.code)
      return req.url === '/public' ? 'skip' : 'error'
    }
    const app = await start(ours, handler, { store, onStoreUnavailable: choose })
    leave(store)
    expect((await app.get('/public', { cookie: signed('known') })).text).toBe('no session')
    expect((await app.get('/account', { cookie: signed('known') })).status).toBe(500)
    expect(heard).toEqual([code, code])
  })
})

it('onStoreUnavailable: sessions are back when the store is', async () => {
  const store = storeWith(ours, { known: { visits: 7 } })
  const app = await start(ours, countVisits, { store, onStoreUnavailable: 'error' })
  store.emit('disconnect')
  expect((await app.get('/', { cookie: signed('known') })).text).toBe('The session store is disconnected')
  store.emit('connect')
  expect((await app.get('/', { cookie: signed('known') })).text).toBe('8')
})

it('store: one that never answers calls that nobody awaits does not hold the response for ever', async () => {
  const store = Object.assign(storeWith(ours, { known: {} }), { destroy: silent })
  const handler: Listener = (req, res) => {
    req.session.destroy()
    res.end('served')
  }
  const app = await start(ours, handler, { store })
  expect((await app.get('/', { cookie: signed('known') })).text).toBe('served')
})
