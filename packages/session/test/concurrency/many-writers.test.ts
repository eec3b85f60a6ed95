import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, it } from 'vitest'
import { deferred, type Listener, type Reply, signed, start } from '../support/http.ts'
import { dataIn, MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'
import type { Options, Request } from '../support/types.ts'

/** Runs requests of one session at once: each goes on when all of them have read it. */
async function writeAtOnce(
  count: number,
  work: (req: Request, i: number) => unknown,
  options: Options & { store: MapStore },
): Promise<Reply[]> {
  await options.store.set('shared', { cookie: { originalMaxAge: null }, user: 'Ada' })
  options.store.calls.length = 0
  const all = deferred()
  let arrived = 0
  const handler: Listener = async (req, res) => {
    if (++arrived === count) all.resolve()
    await all.promise
    await work(req, Number(req.url!.slice(1)))
    res.end()
  }
  const app = await start(ours.strict as never, handler, options)
  const cookie = signed('shared')
  return Promise.all(Array.from({ length: count }, (_, i) => app.get(`/${i}`, { cookie })))
}

/** Adds a key of its own. */
const write = (req: Request, i: number) => Object.assign(req.session, { [`key${i}`]: 1 })

const statuses = (replies: readonly Reply[]) => replies.map(({ status }) => status)
const updates = ({ calls }: MapStore) => calls.filter(call => call === 'update').length

it('many writers: the saves of one process queue up, and those that wait are one write', async () => {
  const store = new MapStore()
  store.delay = 30
  const replies = await writeAtOnce(20, write, { store })
  expect(new Set(statuses(replies))).toEqual(new Set([200]))
  expect(Object.keys(dataIn(store)[0] as object)).toHaveLength(21)
  // The first save, and then the nineteen that have come meanwhile. On a busy machine some come later.
  expect(updates(store)).toBeGreaterThan(1)
  expect(updates(store)).toBeLessThan(10)
  expect(store.calls.filter(call => call === 'read')).toHaveLength(20)
})

it('many writers: none of 200 is refused', async () => {
  const store = new MapStore()
  const replies = await writeAtOnce(200, write, { store })
  expect(new Set(statuses(replies))).toEqual(new Set([200]))
  expect(Object.keys(dataIn(store)[0] as object)).toHaveLength(201)
})

it("many writers: with conflict: 'error' the second of two is refused", async () => {
  const replies = await writeAtOnce(2, write, { store: new MapStore(), conflict: 'error' } as never)
  expect(statuses(replies).sort()).toEqual([200, 500])
})

it('many writers: a save that fails while it merges fails alone', async () => {
  const store = new MapStore()
  store.delay = 30
  const conflict = (base: object, mine: object, theirs: object) => {
    if ('key3' in mine && !('key3' in base)) throw new Error('not this one')
    return { ...theirs, ...mine }
  }
  const replies = await writeAtOnce(6, (req, i) => (i === 3 ? later(() => write(req, i)) : write(req, i)), {
    store,
    conflict,
  } as never)
  expect(statuses(replies)).toEqual([200, 200, 200, 500, 200, 200])
  expect(Object.keys(dataIn(store)[0] as object).sort()).toEqual([
    'key0',
    'key1',
    'key2',
    'key4',
    'key5',
    'user',
  ])
})

it('many writers: when the write fails, each is told, and no later save stores the changes of the others', async () => {
  class FailsOnce extends MapStore {
    protected override async _update(...args: Parameters<MapStore['_update']>) {
      this.failing = updates(this) === 1 ? { update: new Error('the disk is full') } : {}
      return super._update(...args)
    }
  }
  const store = new FailsOnce()
  store.delay = 30
  const failed = deferred()
  const codes: unknown[] = []
  await writeAtOnce(
    4,
    async (req, i) => {
      // The first one is stored. The others wait for it, the last one behind the others.
      if (i === 3) await later(() => {})
      write(req, i)
      const saved = req.session.save()
      if (i === 0) return saved
      await Promise.resolve(saved).catch(error => codes.push(error.message))
      if (codes.length === 3) failed.resolve()
      await failed.promise
      if (i === 3) await req.session.save()
      else req.session = undefined as never
    },
    { store },
  )
  expect(codes).toEqual(Array(3).fill('the disk is full'))
  expect(dataIn(store)).toEqual([{ user: 'Ada', key0: 1, key3: 1 }])
})

it('many writers: a request that saves twice does not undo what others have written', async () => {
  const store = new MapStore()
  store.delay = 30
  const replies = await writeAtOnce(
    10,
    async (req, i) => {
      write(req, i)
      await req.session.save()
      Object.assign(req.session, { [`again${i}`]: 1 })
      await req.session.save()
    },
    { store },
  )
  expect(new Set(statuses(replies))).toEqual(new Set([200]))
  expect(Object.keys(dataIn(store)[0] as object)).toHaveLength(21)
})

it('many writers: a save that waited calls back in the context of its own request', async () => {
  const store = new MapStore()
  store.delay = 30
  const context = new AsyncLocalStorage<number>()
  const seen: [number, number | undefined][] = []
  await writeAtOnce(
    10,
    (req, i) =>
      context.run(
        i,
        () =>
          new Promise<void>(resolve => {
            write(req, i)
            req.session.save(() => {
              seen.push([i, context.getStore()])
              resolve()
            })
          }),
      ),
    { store },
  )
  expect(seen).toHaveLength(10)
  expect(seen.filter(([i, other]) => i !== other)).toEqual([])
})

it('many writers: a lifetime that one of them ends is over for all', async () => {
  const store = new MapStore()
  store.delay = 30
  await writeAtOnce(
    5,
    (req, i) => {
      write(req, i)
      if (i === 2) req.session.cookie.maxAge = -1000
    },
    { store },
  )
  expect(store.rows.size).toBe(0)
})

function later(work: () => void): Promise<void> {
  return new Promise(resolve => setImmediate(() => resolve(work())))
}
