import reference from 'express-session'
import { describe, expect, it } from 'vitest'
import { type Listener, SECRET, signed, start } from '../support/http.ts'
import { dataIn, MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { synchronousStore } from '../support/own-stores.ts'
import { recordCalls, storeWith } from '../support/stores.ts'
import type { Store } from '../support/types.ts'
import { MINUTE, useClock } from './clock.ts'

const HOUR = 60 * MINUTE

const handler: Listener = (req, res) => {
  if (req.url !== '/') req.session[(req.url as string).slice(1)] = true
  const { createdAt } = req.session as unknown as { createdAt?: Date }
  res.end(`${Object.keys(req.session).includes('login')} ${createdAt?.valueOf()}`)
}

const strictOptions = { resave: false, saveUninitialized: false, cookie: { maxAge: 30 * MINUTE } }
const limited = { ...strictOptions, absoluteTimeout: HOUR }

describe('records', () => {
  const clock = useClock()

  it('absoluteTimeout: without it, records have nothing new, and createdAt is a key like others', async () => {
    const store = new MapStore()
    const app = await start(ours, handler, { ...strictOptions, store } as never)
    await app.get('/createdAt')
    expect(dataIn(store)).toEqual([{ createdAt: true }])
    expect([...store.rows.values()][0]?.data).toMatch(/^\{"cookie":\{"originalMaxAge":1800000,/)
  })

  it('absoluteTimeout: a session that was stored before counts from its next request on', async () => {
    const store = new MapStore()
    await store.set('old', { cookie: { originalMaxAge: null }, login: true }, { ttl: 2 * HOUR })
    const app = await start(ours, handler, { ...limited, store } as never)
    const cookie = signed('old')
    const seen = Date.now()
    expect((await app.get('/', { cookie })).text).toBe(`true ${seen}`)
    clock.pass(HOUR - 1)
    expect((await app.get('/', { cookie })).text).toBe(`true ${seen}`)
    clock.pass(1)
    expect((await app.get('/', { cookie })).text).toMatch(/^false/)
  })

  it('absoluteTimeout: no touch on read moves the end, whoever reads', async () => {
    for (const store of [storeWith(ours), new MapStore()] as Store[]) {
      const app = await start(ours, handler, { ...limited, store } as never)
      const cookie = await app.get('/login')
      const calls = recordCalls(store)
      const plain = await start(ours, handler, { ...strictOptions, store } as never)
      for (let i = 0; i < 3; i++) {
        clock.pass(19 * MINUTE)
        expect((await plain.get('/', { cookie })).text).toMatch(/^true/)
      }
      clock.pass(3 * MINUTE)
      expect((await plain.get('/', { cookie })).text).toMatch(/^false/)
      expect(calls.filter(call => call === 'touch')).toHaveLength(3)
    }
  })

  it('update: what changes a session outside of a request keeps its end', async () => {
    const store = new MapStore()
    const app = await start(ours, handler, { ...limited, store } as never)
    await app.get('/login')
    const [sid] = [...store.rows.keys()] as [string]
    const created = Date.now()
    clock.pass(20 * MINUTE)
    await store.update(sid, () => ({
      cookie: { originalMaxAge: null, expires: new Date(Date.now() + 9 * HOUR) },
      'coatcheck.lifespan': '1/9999999999999',
    }))
    expect(dataIn(store)).toEqual([{ 'coatcheck.lifespan': `${created}/${created + HOUR}` }])
    expect(store.rows.get(sid)?.expires).toBe(created + HOUR)
    await store.touch(sid, { ...(await store.get(sid)), cookie: { maxAge: 9 * HOUR } } as never)
    expect(store.rows.get(sid)?.expires).toBe(created + HOUR)
  })

  it.each([
    ['a RecordStore', () => new MapStore() as never],
    ['the MemoryStore of express-session', () => new reference.MemoryStore() as never],
    ['a store of another package', () => synchronousStore(reference as never)],
  ])('express-session: reads and writes the session of %s, and its age stays', async (_, make) => {
    const store = make() as Store
    const app = await start(ours, handler, { ...limited, store } as never)
    const theirs = await start(reference as never, handler, {
      ...strictOptions,
      store,
      secret: SECRET,
    } as never)
    const cookie = await app.get('/login')
    const created = Date.now()
    for (let i = 0; i < 3; i++) {
      clock.pass(15 * MINUTE)
      expect((await theirs.get(`/other${i}`, { cookie })).text).toMatch(/^true/)
      expect((await app.get(`/mine${i}`, { cookie })).text).toBe(`true ${created}`)
      expect((await theirs.get('/', { cookie })).text).toMatch(/^true/)
    }
    clock.pass(15 * MINUTE)
    expect((await app.get('/', { cookie })).text).toMatch(/^false/)
  })

  it('express-session: begins a session, and its age counts from the first request of ours', async () => {
    const store = new reference.MemoryStore()
    const theirs = await start(reference as never, handler, {
      ...strictOptions,
      store,
      secret: SECRET,
    } as never)
    const cookie = await theirs.get('/login')
    const app = await start(ours, handler, { ...limited, store } as never)
    const seen = Date.now()
    expect((await app.get('/', { cookie })).text).toBe(`true ${seen}`)
    clock.pass(25 * MINUTE)
    await theirs.get('/again', { cookie })
    expect((await app.get('/', { cookie })).text).toBe(`true ${seen}`)
  })

  it('merge: two requests that see an old session at once agree on the earlier time', async () => {
    const store = new MapStore()
    await store.set('old', { cookie: { originalMaxAge: null }, login: true })
    let arrive: () => void = () => {}
    let open: () => void = () => {}
    const arrived = new Promise<void>(resolve => {
      arrive = resolve
    })
    const opened = new Promise<void>(resolve => {
      open = resolve
    })
    const slow: Listener = async (req, res) => {
      if (req.url === '/slow') {
        arrive()
        await opened
      }
      await handler(req, res)
    }
    const app = await start(ours.strict as never, slow, { ...limited, store } as never)
    const cookie = signed('old')
    const seen = Date.now()
    const first = app.get('/slow', { cookie })
    await arrived
    clock.pass(MINUTE)
    await app.get('/fast', { cookie })
    open()
    await first
    expect(dataIn(store)).toEqual([
      { 'coatcheck.lifespan': `${seen}/${seen + HOUR}`, login: true, fast: true, slow: true },
    ])
  })

  it('options: a limit that is none is refused', () => {
    for (const absoluteTimeout of [0, -1, Number.POSITIVE_INFINITY, '1h']) {
      expect(() => ours({ secret: SECRET, absoluteTimeout } as never)).toThrow(/absoluteTimeout option/)
    }
  })
})
