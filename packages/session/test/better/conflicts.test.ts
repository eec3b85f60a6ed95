import { SqliteStore } from '@coatcheck/store-sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deferred, type Listener, type Reply, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import type { Options, Session } from '../support/types.ts'

const stores: [string, () => MapStore | SqliteStore][] = [
  ['a RecordStore', () => new MapStore()],
  ['SqliteStore', sqlite],
]

function sqlite(): SqliteStore {
  const store = SqliteStore.open(':memory:')
  onTestFinished(() => store.close())
  return store
}

type Change = (session: Session) => unknown

/** Two requests read the same session; the second writes, then the first does. */
async function race(store: object, first: Change, second: Change, options: Options) {
  const [arrived, release] = [deferred(), deferred()]
  const handler: Listener = async (req, res) => {
    if (req.url === '/begin') Object.assign(req.session, { kept: 1, shared: 'base', doomed: true })
    if (req.url === '/first') {
      arrived.resolve()
      await release.promise
      await first(req.session)
    }
    if (req.url === '/second') await second(req.session)
    const { cookie: _, ...data } = JSON.parse(JSON.stringify(req.session ?? {}))
    res.end(JSON.stringify(data))
  }
  const app = await start(ours, handler, { store, resave: false, saveUninitialized: false, ...options })
  const cookie = await app.get('/begin')
  const slow = app.get('/first', { cookie })
  await arrived.promise
  await app.get('/second', { cookie })
  release.resolve()
  const reply: Reply = await slow
  return { reply, errors: app.errors, data: JSON.parse((await app.get('/', { cookie })).text) }
}

const first: Change = session => {
  session.shared = 'first'
  session.added = 'by first'
  delete session.doomed
}
const second: Change = session => {
  session.shared = 'second'
  session.other = 'by second'
}

describe.each(stores)('conflict on %s', (_, makeStore) => {
  it("conflict: 'overwrite' is the default, and the last writer's data is what stays", async () => {
    const { data } = await race(makeStore(), first, second, {})
    expect(data).toEqual({ kept: 1, shared: 'first', added: 'by first' })
  })

  it("conflict: 'merge' keeps what both have done, deletions included", async () => {
    const { data, errors } = await race(makeStore(), first, second, { conflict: 'merge' })
    expect(data).toEqual({ kept: 1, shared: 'first', added: 'by first', other: 'by second' })
    expect(errors).toEqual([])
  })

  it("conflict: 'merge' takes values whole", async () => {
    const merged = await race(
      makeStore(),
      session => (session.kept = { a: 1 }),
      session => (session.kept = { b: 2 }),
      { conflict: 'merge' },
    )
    expect(merged.data.kept).toEqual({ a: 1 })
  })

  it("conflict: 'error' tells the later writer, and writes nothing", async () => {
    const { reply, data, errors } = await race(makeStore(), first, second, {
      conflict: 'error',
      onSaveError: 'error',
    })
    expect(reply.status).toBe(500)
    expect(errors).toMatchObject([{ code: 'ERR_SESSION_CHANGED' }])
    expect(data).toEqual({ kept: 1, shared: 'second', doomed: true, other: 'by second' })
  })

  it('conflict: a function has all three and gives what is saved', async () => {
    const seen: unknown[] = []
    const conflict = async (...all: Record<string, unknown>[]) => {
      seen.push(...all)
      return { ...all[2], shared: 'both' }
    }
    const { data } = await race(makeStore(), first, second, { conflict })
    expect(seen).toEqual([
      { kept: 1, shared: 'base', doomed: true },
      { kept: 1, shared: 'first', added: 'by first' },
      { kept: 1, shared: 'second', doomed: true, other: 'by second' },
    ])
    expect(data).toEqual({ kept: 1, shared: 'both', doomed: true, other: 'by second' })
  })

  it('conflict: a function that throws is the error of the save', async () => {
    const conflict = () => {
      throw new Error('cannot decide')
    }
    const { errors } = await race(makeStore(), first, second, { conflict, onSaveError: 'error' })
    expect(errors).toMatchObject([{ message: 'cannot decide' }])
  })

  it("conflict: with 'merge' twenty parallel requests lose nothing", async () => {
    const handler: Listener = (req, res) => {
      const key = req.url!.slice(1)
      if (key) req.session[key] = true
      setTimeout(() => res.end(Object.keys(req.session).length.toString()), Math.random() * 20)
    }
    const app = await start(ours, handler, {
      store: makeStore(),
      resave: false,
      saveUninitialized: false,
      conflict: 'merge',
    })
    const cookie = await app.get('/begin')
    await Promise.all(Array.from({ length: 20 }, (_, i) => app.get(`/key${i}`, { cookie })))
    expect((await app.get('/', { cookie })).text).toBe('22')
    expect(app.errors).toEqual([])
  })

  it('conflict: a manual save has merged data in the session at once', async () => {
    let seen: unknown
    const merged = await race(
      makeStore(),
      async session => {
        first(session)
        session.since = new Date(0)
        await session.save()
        seen = [session.other, session.since instanceof Date]
      },
      second,
      { conflict: 'merge' },
    )
    expect(seen).toEqual(['by second', true])
    expect(merged.data.other).toBe('by second')
  })
})
