import { describe, expect, it } from 'vitest'
import { countVisits } from '../support/handlers.ts'
import { type Listener, start } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { storeWith } from '../support/stores.ts'
import type { Done, Got, Stored } from '../support/types.ts'

/** A store with these methods in place of those of MemoryStore. */
function storeOf(methods: object) {
  return Object.assign(storeWith(ours), methods)
}

function promiseOnly(rows = new Map<string, string>()) {
  return {
    get: async (id: string) => (rows.has(id) ? JSON.parse(rows.get(id)!) : undefined),
    set: async (id: string, data: Stored) => void rows.set(id, JSON.stringify(data)),
    touch: async (_id: string, _data: Stored) => {},
    destroy: async (id: string) => void rows.delete(id),
  }
}

/** Answers by the callback, and by the promise too. */
function bothWays(rows = new Map<string, string>()) {
  const only = promiseOnly(rows)
  return {
    async get(id: string, done: Got) {
      const data = await only.get(id)
      done(null, data)
      return data
    },
    async set(id: string, data: Stored, done?: Done) {
      await only.set(id, data)
      done?.()
    },
    async touch(_id: string, _data: Stored, done?: Done) {
      done?.()
      return true
    },
    async destroy(id: string, done?: Done) {
      await only.destroy(id)
      done?.()
      return true
    },
  }
}

/** Calls back twice, the second time with an error. */
function twice(rows = new Map<string, string>()) {
  const again = (done?: (error?: unknown, data?: Stored) => void, data?: Stored) => {
    done?.(null, data)
    done?.(new Error('told twice'))
    setImmediate(() => done?.(new Error('told again')))
  }
  return {
    get: (id: string, done: Got) => again(done, rows.has(id) ? JSON.parse(rows.get(id)!) : undefined),
    set: (id: string, data: Stored, done?: Done) =>
      again(() => done?.(void rows.set(id, JSON.stringify(data)))),
    touch: (_id: string, _data: Stored, done?: Done) => again(done),
    destroy: (id: string, done?: Done) => again(() => done?.(void rows.delete(id))),
  }
}

const stores: [string, () => object][] = [
  ['promises only', promiseOnly],
  ['promise and callback', bothWays],
  ['every callback twice', twice],
]

describe.each(stores)('a store that answers with %s', (_, methods) => {
  const handler: Listener = async (req, res) => {
    if (req.url === '/logout') {
      await req.session.destroy()
      return res.end('bye')
    }
    if (req.url === '/read') return res.end(String(req.session.visits))
    countVisits(req, res)
  }

  it.each([true, false])('store: sessions live, with resave: %s', async resave => {
    const app = await start(ours, handler, { store: storeOf(methods()), resave })
    const cookie = await app.get()
    expect((await app.get('/', { cookie })).text).toBe('2')
    expect((await app.get('/read', { cookie })).text).toBe('2')
    expect((await app.get('/logout', { cookie })).text).toBe('bye')
    expect((await app.get('/', { cookie })).text).toBe('1')
    expect(app.errors).toEqual([])
  })

  it('store: regenerate and reload work on it', async () => {
    const handler: Listener = async (req, res) => {
      req.session.user = 'Ada'
      const before = req.session.id
      await (req.session.regenerate as () => Promise<void>)()
      req.session.user = 'Grace'
      await req.session.save()
      await (req.session.reload as () => Promise<void>)()
      res.end(`${req.session.id !== before} ${req.session.user}`)
    }
    const app = await start(ours, handler, { store: storeOf(methods()) })
    expect((await app.get()).text).toBe('true Grace')
  })
})

describe('failures', () => {
  const failing: [string, () => unknown][] = [
    ['rejects', async () => Promise.reject(new Error('store down'))],
    [
      'throws',
      () => {
        throw new Error('store down')
      },
    ],
  ]

  it.each(failing)('store: one that %s at the end of a request is heard once', async (_, fail) => {
    const app = await start(ours, countVisits, { store: storeOf({ set: fail }) })
    expect((await app.get()).text).toBe('1')
    expect(await app.failed()).toMatchObject([{ message: 'store down' }])
  })

  it.each(failing)('store: one that %s on reading is an error of the request', async (_, fail) => {
    const store = storeOf({})
    const app = await start(ours, countVisits, { store })
    const cookie = await app.get()
    Object.assign(store, { get: fail })
    expect((await app.get('/', { cookie })).text).toBe('store down')
  })

  it('store: a promise that rejects after the callback has answered changes nothing', async () => {
    const set = async (_id: string, _data: Stored, done: Done) => {
      done()
      throw new Error('too late')
    }
    const app = await start(ours, countVisits, { store: storeOf({ set }) })
    expect((await app.get()).text).toBe('1')
    expect(app.errors).toEqual([])
  })
})
