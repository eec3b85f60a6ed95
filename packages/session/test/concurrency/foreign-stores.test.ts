import { describe, expect, it } from 'vitest'
import { deferred, type Listener, readId, start } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { foreignStores, overtake, quiet } from '../support/overtaken.ts'
import { slowStore } from '../support/slow-store.ts'
import { recordCalls } from '../support/stores.ts'

const destroy: Listener = req => req.session.destroy() as Promise<void>
const write: Listener = req => {
  req.session.visits = 1
}
const read: Listener = () => {}
const endings: [string, Listener, object][] = [
  ['destroy', destroy, {}],
  ['regenerate', req => (req.session.regenerate as () => Promise<void>)(), {}],
  ["unset: 'destroy'", req => Object.assign(req, { session: null }), { unset: 'destroy' }],
]
const works: [string, Listener, object][] = [
  ['writes', write, {}],
  ['only reads', read, {}],
  ['is resaved', read, { resave: true }],
  ['is rolling', read, { rolling: true }],
]

describe.each(foreignStores)('%s', (_, makeStore) => {
  describe.each(endings)('ended by %s', (_, end, unset) => {
    it.each(works)('gone: a request that %s does not bring the session back', async (_, work, options) => {
      const { old, slow, errors } = await overtake(makeStore(), end, work, { ...unset, ...options })
      expect(old).toEqual({})
      expect([slow.status, slow.setCookie, errors]).toEqual([200, [], []])
    })
  })

  it('gone: changes that are dropped are told to onError, and to who awaits a save', async () => {
    let code: unknown
    const dropped = await overtake(makeStore(), destroy, write)
    const awaited = await overtake(makeStore(), destroy, async req => {
      code = await (req.session.save() as Promise<void>).catch(error => error.code)
    })
    expect([dropped.heard, awaited.old]).toMatchObject([[{ code: 'ERR_SESSION_GONE' }], {}])
    expect(code).toBe('ERR_SESSION_GONE')
  })

  it('gone: regenerate with keep carries nothing over, and says so', async () => {
    let code: unknown
    const { slow, bySlow } = await overtake(makeStore(), destroy, async req => {
      const regenerate = req.session.regenerate as (options: object) => Promise<void>
      code = await regenerate.call(req.session, { keep: true }).catch(error => error.code)
    })
    expect([code, slow.text, bySlow]).toEqual(['ERR_SESSION_GONE', '{}', {}])
  })

  it('gone: an id that genid gives again is a new session, which is stored', async () => {
    const handler: Listener = async (req, res) => {
      if (req.url === '/logout') await req.session.destroy()
      else req.session.user = req.url
      res.end()
    }
    const store = makeStore()
    const look: Listener = (req, res) => res.end(String(req.session.user))
    const options = { store, ...quiet, genid: () => 'the same' }
    const app = await start(ours, handler, options)
    const viewer = await start(ours, look, options)
    const cookie = await app.get('/Ada')
    await app.get('/logout', { cookie })
    await app.get('/Grace')
    expect((await viewer.get('/', { cookie })).text).toBe('/Grace')
    await app.get('/Lin', { cookie })
    expect((await viewer.get('/', { cookie })).text).toBe('/Lin')
  })
})

it('gone: a save that was sent before the destroy and is carried out after it is undone', async () => {
  const store = slowStore(0)
  const [saving, release] = [deferred(), deferred()]
  const set = store.set.bind(store)
  const handler: Listener = async (req, res) => {
    if (req.url === '/logout') await req.session.destroy()
    else req.session.visits = req.url
    res.end()
  }
  const app = await start(ours, handler, { store, ...quiet })
  const cookie = await app.get('/login')
  store.set = (sid, session, done) => {
    saving.resolve()
    void release.promise.then(() => set(sid, session, done))
  }
  const slow = app.get('/slow', { cookie })
  await saving.promise
  await app.get('/logout', { cookie })
  release.resolve()
  expect((await slow).setCookie).toEqual([])
  expect(Object.keys(store.sessions)).toEqual([])
})

it('gone: nothing more is asked of the store than without', async () => {
  const store = new ours.MemoryStore()
  const handler: Listener = async (req, res) => {
    if (req.url === '/logout') await req.session.destroy()
    else req.session.visits = req.url
    res.end()
  }
  const app = await start(ours, handler, { store, ...quiet })
  const calls = recordCalls(store)
  const cookie = await app.get('/login')
  expect(readId(cookie)).toBeDefined()
  await app.get('/again', { cookie })
  await app.get('/logout', { cookie })
  expect(calls).toEqual(['set', 'get', 'set', 'get', 'destroy'])
})
