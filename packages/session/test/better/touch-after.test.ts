import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Listener, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { recordCalls, storeWith } from '../support/stores.ts'
import type { Store } from '../support/types.ts'

const handler: Listener = (req, res) => {
  if (req.url === '/login') req.session.user = 'Ada'
  res.end(String(req.session.user))
}

const stores: [string, () => Store][] = [
  ['MemoryStore', () => storeWith(ours)],
  ['a RecordStore', () => new MapStore() as never],
]

describe.each(stores)('touchAfter on %s', (_, makeStore) => {
  const options = (store: Store, maxAge: number | undefined, touchAfter: number) => ({
    store,
    resave: false,
    saveUninitialized: false,
    touchAfter,
    cookie: { maxAge },
  })

  it('touchAfter: a hundred requests in the window touch at most once', async () => {
    const store = makeStore()
    const app = await start(ours, handler, options(store, 600_000, 60_000))
    const cookie = await app.get('/login')
    const calls = recordCalls(store)
    for (let i = 0; i < 100; i++) expect((await app.get('/', { cookie })).text).toBe('Ada')
    expect(calls.filter(call => call === 'touch').length).toBeLessThanOrEqual(1)
    expect(calls).not.toContain('set')
  })

  it('touchAfter: a session that is used never expires', async () => {
    const store = makeStore()
    // Above half of maxAge, where waiting for the window to pass would be too late.
    const app = await start(ours, handler, options(store, 2500, 2250))
    const cookie = await app.get('/login')
    for (let i = 0; i < 4; i++) {
      await sleep(900)
      expect((await app.get('/', { cookie })).text).toBe('Ada')
    }
  })

  it('touchAfter: 0 touches on each request', async () => {
    const store = makeStore()
    const app = await start(ours, handler, options(store, 600_000, 0))
    const cookie = await app.get('/login')
    const calls = recordCalls(store)
    for (let i = 0; i < 3; i++) await app.get('/', { cookie })
    expect(calls.filter(call => call === 'touch')).toHaveLength(3)
  })
})

it('touchAfter: without maxAge the lifetime that the store gives counts', async () => {
  const store = new MapStore({ ttl: 2500 })
  const app = await start(ours, handler, {
    store,
    resave: false,
    saveUninitialized: false,
    touchAfter: 5000,
  })
  const cookie = await app.get('/login')
  for (let i = 0; i < 4; i++) {
    await sleep(900)
    expect((await app.get('/', { cookie })).text).toBe('Ada')
  }
})

it.each([1000, 2000])('touchAfter: %d is refused with a maxAge of 1000', touchAfter => {
  expect(() => ours({ secret: 's', touchAfter, cookie: { maxAge: 1000 } })).toThrow(TypeError)
  expect(() => ours({ secret: 's', touchAfter, cookie: { maxAge: 1000 } })).toThrow(/touchAfter option/)
})
