import { setTimeout as sleep } from 'node:timers/promises'
import expressSession from 'express-session'
import { describe, expect, it } from 'vitest'
import { deferred, type Listener, readId, SECRET, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { foreignStores, json, overtake, quiet, recordStores } from '../support/overtaken.ts'
import type { Request, SessionModule } from '../support/types.ts'

type Regenerate = (options: object) => Promise<void>

const rotate = (req: Request, options: object = { keep: true, grace: 60_000 }) =>
  (req.session.regenerate as unknown as Regenerate)(options)
const rotates: Listener = req => rotate(req)
const destroys: Listener = req => req.session.destroy()
const visit: Listener = req => {
  req.session.visits = 1
}
const all = { user: 'Ada', cart: 1 }
const modes = ['overwrite', 'merge', (_: object, mine: object, theirs: object) => ({ ...theirs, ...mine })]

describe.each([...recordStores, ...foreignStores])('grace on %s', (_, makeStore) => {
  describe.each(modes)('with conflict %o', conflict => {
    it('grace: the old cookie leads to the session, and the client gets the new one', async () => {
      const seen = await overtake(makeStore(), rotates, () => {}, { conflict })
      expect([seen.fast.text, seen.old, seen.byFast]).toEqual([JSON.stringify(all), all, all])
      expect(seen.errors).toEqual([])
    })

    it('grace: a request in flight is saved under the new id, and ends with it', async () => {
      const seen = await overtake(makeStore(), rotates, visit, { conflict })
      const id = readId(seen.fast)
      expect([readId(seen.slow), seen.byFast]).toEqual([id, { ...all, visits: 1 }])
      expect([seen.old, seen.errors]).toEqual([{ ...all, visits: 1 }, []])
    })

    it('grace: a change that another request has made meanwhile is not lost on the way', async () => {
      const expected = conflict === 'overwrite' ? { ...all, mine: 2 } : { ...all, visits: 1, mine: 2 }
      const seen = await overtake(
        makeStore(),
        visit,
        async req => {
          req.session.mine = 2
          await rotate(req)
        },
        { conflict },
      )
      const upsert = foreignStores.some(([, make]) => make === makeStore)
      expect(seen.bySlow).toEqual(upsert ? { ...all, mine: 2 } : expected)
      expect(seen.old).toEqual(seen.bySlow)
    })

    it('grace: two that replace the id at once end with one', async () => {
      const seen = await overtake(makeStore(), rotates, rotates, { conflict })
      expect(readId(seen.slow)).toBe(readId(seen.fast))
      expect([seen.bySlow, seen.old, seen.errors]).toEqual([all, all, []])
    })

    it('grace: a session destroyed meanwhile is not carried over', async () => {
      let code: unknown
      const seen = await overtake(
        makeStore(),
        destroys,
        async req => {
          code = await rotate(req).catch(error => error.code)
        },
        { conflict },
      )
      expect([code, seen.bySlow, seen.old]).toEqual(['ERR_SESSION_GONE', {}, {}])
    })

    it('grace: a destroy in flight with the old id ends the new one', async () => {
      const seen = await overtake(makeStore(), rotates, destroys, { conflict })
      expect([seen.byFast, seen.old]).toEqual([{}, {}])
    })
  })

  it('grace: the old cookie leads nowhere once the session was destroyed', async () => {
    const work: Listener = async req => {
      await rotate(req)
      await req.session.destroy()
    }
    const seen = await overtake(makeStore(), work, visit)
    expect([seen.old, seen.slow.setCookie]).toEqual([{}, []])
    expect(seen.heard).toMatchObject([{ code: 'ERR_SESSION_GONE' }])
  })

  it('grace: three ids in a row lead to the last', async () => {
    const work: Listener = async req => {
      await rotate(req)
      await rotate(req)
    }
    const seen = await overtake(makeStore(), work, visit)
    expect([seen.old, readId(seen.slow)]).toEqual([{ ...all, visits: 1 }, readId(seen.fast)])
  })

  it('grace: after it the old id is a stranger, whoever has touched it', async () => {
    const handler: Listener = async (req, res) => {
      if (req.url === '/begin') req.session.user = 'Ada'
      if (req.url === '/rotate') await rotate(req, { keep: true, grace: 150 })
      res.end(json(req))
    }
    const app = await start(ours, handler, { store: makeStore(), ...quiet })
    const cookie = await app.get('/begin')
    const rotated = await app.get('/rotate', { cookie })
    expect((await app.get('/', { cookie })).text).toBe('{"user":"Ada"}')
    await sleep(200)
    expect((await app.get('/', { cookie })).text).toBe('{}')
    expect((await app.get('/', { cookie: rotated })).text).toBe('{"user":"Ada"}')
  })

  it('grace: nothing is kept that was not named, and what is in flight is added', async () => {
    const seen = await overtake(makeStore(), req => rotate(req, { keep: ['cart'], grace: 60_000 }), visit)
    expect(seen.byFast).toEqual({ cart: 1, visits: 1 })
  })

  it('grace: express-session on the same store sees a session without data that ends soon', async () => {
    const store = makeStore()
    const handler: Listener = async (req, res) => {
      if (req.url === '/begin') req.session.user = 'Ada'
      if (req.url === '/rotate') await rotate(req)
      res.end(`${req.session.user} ${Math.ceil(Number(req.session.cookie.maxAge) / 60_000)}`)
    }
    const app = await start(ours, handler, { store, ...quiet })
    const elsewhere = await start(expressSession as unknown as SessionModule, handler, { store, ...quiet })
    const cookie = await app.get('/begin')
    await app.get('/rotate', { cookie })
    expect((await elsewhere.get('/', { cookie })).text).toBe('undefined 1')
  })
})

it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, '1000', null])('grace: refuses %o', async grace => {
  let error: unknown
  const seen = await overtake(
    new MapStore(),
    async req => {
      error = await rotate(req, { grace }).catch(error => error)
    },
    () => {},
  )
  expect(error).toBeInstanceOf(TypeError)
  expect(seen.old).toEqual(all)
})

it('grace: a failure of the store leaves the session as it was', async () => {
  const store = new MapStore()
  let message: unknown
  const seen = await overtake(
    store,
    async req => {
      store.failing = { update: new Error('away') }
      message = await rotate(req).catch(error => error.message)
      store.failing = {}
    },
    () => {},
  )
  expect([message, seen.old, store.rows.size]).toEqual(['away', all, 1])
})

it('grace: the lifetime that the user has chosen goes along', async () => {
  const store = new MapStore()
  await overtake(
    store,
    async req => {
      req.session.cookie.maxAge = 1_000_000
      await rotate(req)
    },
    () => {},
  )
  const sessions = [...store.rows.values()].map(row => JSON.parse(row.data))
  expect(sessions.find(session => session.user).cookie.originalMaxAge).toBe(1_000_000)
})

it('grace: parallel requests during a rotation see the data and end with one id', async () => {
  const store = Object.assign(new MapStore(), { delay: 1 })
  const gate = deferred()
  // A rotation that begins when the other has ended would be a second one, of the new id.
  const both = deferred()
  let rotating = 0
  const handler: Listener = async (req, res) => {
    if (req.url === '/begin') req.session.user = 'Ada'
    if (req.url === '/rotate') {
      if (++rotating === 2) both.resolve()
      await both.promise
      await rotate(req)
    }
    if (req.url!.startsWith('/key')) {
      await gate.promise
      req.session[req.url!.slice(1)] = true
    }
    res.end(json(req))
  }
  const app = await start(ours, handler, { store, secret: SECRET, ...quiet, conflict: 'merge' })
  const cookie = await app.get('/begin')
  const others = Array.from({ length: 8 }, (_, i) => app.get(`/key${i}`, { cookie }))
  const rotations = [app.get('/rotate', { cookie }), app.get('/rotate', { cookie })]
  gate.resolve()
  const replies = await Promise.all([...rotations, ...others])
  const final = await app.get('/', { cookie })
  expect(Object.keys(JSON.parse(final.text))).toHaveLength(9)
  const ids = new Set([...replies, final].map(reply => readId(reply)).filter(Boolean))
  expect(ids.size).toBe(1)
})
