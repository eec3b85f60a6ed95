import { describe, expect, it } from 'vitest'
import { deferred, type Listener, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import { overtake, quiet, recordStores } from '../support/overtaken.ts'
import type { Options, Request } from '../support/types.ts'

const edit =
  (changes: Record<string, unknown>): Listener =>
  req => {
    Object.assign(req.session, changes)
  }

describe.each(recordStores)('onConflict on %s', (_, makeStore) => {
  async function heard(fast: Listener, slow: Listener, options: Options = { conflict: 'merge' }) {
    const conflicts: unknown[][] = []
    const onConflict = (info: object, req: Request) => conflicts.push([info, req.url])
    const seen = await overtake(makeStore(), fast, slow, { ...options, onConflict })
    return { ...seen, conflicts }
  }

  it('onConflict: hears of the keys that both have changed, without values', async () => {
    const seen = await heard(edit({ cart: 2, a: 1, same: 1 }), edit({ cart: 3, b: 1, same: 1 }))
    // The same value twice may be a count that is lost.
    expect(seen.conflicts).toEqual([[{ keys: ['cart', 'same'] }, '/slow']])
    expect(seen.old).toMatchObject({ cart: 3, a: 1, b: 1, same: 1 })
  })

  it('onConflict: a key that one has deleted and the other one set is contested', async () => {
    const seen = await heard(edit({ cart: 2 }), req => {
      delete req.session.cart
    })
    expect([seen.conflicts, seen.old]).toEqual([[[{ keys: ['cart'] }, '/slow']], { user: 'Ada' }])
  })

  it('onConflict: is silent when the keys are different', async () => {
    expect((await heard(edit({ a: 1 }), edit({ b: 1 }))).conflicts).toEqual([])
  })

  it.each(['overwrite', 'error', (_base: object, mine: object) => mine])(
    'onConflict: is silent with conflict %o',
    async conflict => {
      expect((await heard(edit({ cart: 2 }), edit({ cart: 3 }), { conflict })).conflicts).toEqual([])
    },
  )

  it('onConflict: is silent when nothing was saved', async () => {
    const seen = await heard(
      async req => {
        req.session.cart = 2
        await req.session.save()
        await req.session.destroy()
      },
      edit({ cart: 3 }),
    )
    expect([seen.conflicts, seen.old]).toEqual([[], {}])
  })

  it('onConflict: one that throws is told to onError, and the save stands', async () => {
    const onConflict = () => {
      throw new Error('hook')
    }
    const options = { conflict: 'merge', onConflict }
    const seen = await overtake(makeStore(), edit({ cart: 2 }), edit({ cart: 3 }), options)
    expect([seen.heard, seen.old, seen.slow.status]).toMatchObject([[{ message: 'hook' }], { cart: 3 }, 200])
  })

  it('merge: a lifetime that the other request has chosen stays, unless this one has chosen too', async () => {
    const choose =
      (maxAge: number): Listener =>
      req => {
        req.session.cookie.maxAge = maxAge
        req.session[`chose${maxAge}`] = true
      }
    const store = makeStore()
    const conflicts: object[] = []
    const options = { conflict: 'merge', onConflict: (info: object) => conflicts.push(info) }
    const kept = await overtake(store, choose(5_000_000), edit({ a: 1 }), options)
    expect(kept.old).toMatchObject({ a: 1, chose5000000: true })
    const cookies = async () => Object.values(await store.all()).map(session => session.cookie.originalMaxAge)
    expect([await cookies(), conflicts]).toEqual([[5_000_000], []])
    await store.clear()
    await overtake(store, choose(5_000_000), choose(7_000_000), options)
    expect([await cookies(), conflicts]).toEqual([[7_000_000], [{ keys: ['cookie'] }]])
  })
})

it('onConflict: session.strict() merges, and tells', async () => {
  const [arrived, release] = [deferred(), deferred()]
  const keys: string[] = []
  const handler: Listener = async (req, res) => {
    if (req.url === '/slow') {
      arrived.resolve()
      await release.promise
    }
    req.session.last = req.url
    req.session[req.url!] = true
    res.end(JSON.stringify(req.session))
  }
  const onConflict = (info: { keys: string[] }) => keys.push(...info.keys)
  const options = { store: new MapStore(), onConflict, ...quiet }
  const app = await start(ours.strict, handler, options)
  const cookie = await app.get('/begin')
  const slow = app.get('/slow', { cookie })
  await arrived.promise
  await app.get('/fast', { cookie })
  release.resolve()
  await slow
  expect(JSON.parse((await app.get('/end', { cookie })).text)).toMatchObject({ '/fast': true, '/slow': true })
  expect(keys).toEqual(['last'])
})

it('reload: after a conflict the session is what is stored, and can be saved', async () => {
  let code: unknown
  const seen = await overtake(
    new MapStore(),
    edit({ cart: 2 }),
    async req => {
      req.session.cart = 3
      code = await (req.session.save() as Promise<void>).catch(error => error.code)
      await (req.session.reload as () => Promise<void>)()
      req.session.cart = Number(req.session.cart) + 10
    },
    { conflict: 'error', onSaveError: 'error' },
  )
  expect([code, seen.old, seen.errors]).toEqual(['ERR_SESSION_CHANGED', { user: 'Ada', cart: 12 }, []])
})

it.each(['yes', 1, {}, null])('onConflict: refuses %o', onConflict => {
  expect(() => ours({ secret: 's', onConflict })).toThrow(
    new TypeError('onConflict option must be a function'),
  )
})
