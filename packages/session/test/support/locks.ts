import { setTimeout as sleep } from 'node:timers/promises'
import { type RecordStore, session } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import { SECRET, serve } from './http.ts'
import { sessionOf } from './session-of.ts'

const AWAY = { code: 'ERR_SESSION_STORE_UNAVAILABLE', status: 503 }

/** A store whose table and rows others lock. */
export interface Locking {
  /** The name of a new place for its table. */
  readonly place: () => Promise<string>
  readonly open: (
    place: string,
    options?: { max?: number; queryTimeout?: number; connectTimeout?: number },
  ) => RecordStore
  /** How many connections of stores the server has to this place, while another one locks its table. */
  readonly connections: (place: string) => () => Promise<number>
  readonly holdRow: (place: string, sid: string) => Promise<{ commit(): Promise<unknown> }>
  /** Lock the table for all, or for those that write. */
  readonly lockTable: (place: string, whom: 'all' | 'writers') => Promise<{ release(): Promise<unknown> }>
  /** Than what a save waits longer for a row, and the milliseconds. */
  readonly patience: readonly [than: string, ms: number]
  /** How long a touch waits for a row, where that is not what the store has of its own. */
  readonly touch?: { queryTimeout: number }
}

/** What a store promises of calls that wait for a lock. */
export function describeLocks(locking: Locking): void {
  describe('limits in the server', () => {
    itLeavesNoPile(locking)
    itWaits(locking)
  })
  describe('a page that only reads', () => itGoesOut(locking))
}

function itLeavesNoPile({ place: newPlace, open, connections, lockTable }: Locking): void {
  it('open: a locked table leaves no pile of statements that nobody waits for', async () => {
    const place = await newPlace()
    const store = open(place, { max: 3, queryTimeout: 300, connectTimeout: 500 })
    await store.set('a', sessionOf())
    const count = connections(place)
    const { release } = await lockTable(place, 'all')
    let locked = true
    const failures: unknown[] = []
    const users = Array.from({ length: 12 }, async (_, i) => {
      while (locked) await store.set(`${i}`, sessionOf()).catch(error => failures.push(error))
    })
    let most = 0
    // Many times as long as a statement may take.
    for (const end = Date.now() + 5000; Date.now() < end; await sleep(50)) {
      most = Math.max(most, await count())
    }
    locked = false
    await Promise.all(users)
    expect(failures.length).toBeGreaterThan(12)
    for (const failure of failures) expect(failure).toMatchObject(AWAY)
    // Those whose end the server has not seen yet may be there beside their successors.
    expect(most).toBeLessThanOrEqual(6)
    await release()
    await store.set('b', sessionOf({ user: 'Ada' }))
    expect(await store.get('b')).toMatchObject({ user: 'Ada' })
  })
}

function itWaits({ place: newPlace, open, holdRow, patience: [than, ms], touch }: Locking): void {
  it(`set: waits for a lock for longer than ${than} would, and is stored when it is free`, async () => {
    const place = await newPlace()
    const store = open(place)
    await store.set('a', sessionOf({ n: 1 }))
    const held = await holdRow(place, 'a')
    let stored = false
    const storing = store.set('a', sessionOf({ n: 2 })).then(() => {
      stored = true
    })
    await sleep(ms)
    expect(stored).toBe(false)
    await held.commit()
    await storing
    expect(await store.get('a')).toMatchObject({ n: 2 })
  })

  it('touch: of a row that somebody else holds for too long is an error, and reads go on', async () => {
    const place = await newPlace()
    const store = open(place, touch)
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    const held = await holdRow(place, 'a')
    await expect(store.touch('a', sessionOf({}, 60_000))).rejects.toMatchObject(AWAY)
    expect(await store.get('a')).toMatchObject({ n: 1 })
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    await held.commit()
    expect(await store.touch('a', sessionOf({}, 60_000))).toBe(true)
  })
}

function itGoesOut({ place: newPlace, open, holdRow, lockTable }: Locking): void {
  it.each(['row', 'table'])('a %s that is locked: goes out, and long before the lock is free', async what => {
    const place = await newPlace()
    const store = open(place)
    const heard: unknown[] = []
    const sessions = session.strict({ secret: SECRET, store, onError: error => void heard.push(error) })
    const app = await serve((req, res) => {
      sessions(req as never, res as never, error => {
        if (req.url === '/login') Object.assign(req.session, { user: 'Ada' })
        res.statusCode = error ? 500 : 200
        res.end(String(req.session?.user))
      })
    })
    const cookie = await app.get('/login')
    const sid = (await store.ids())[0]!
    const { release } =
      what === 'row'
        ? await holdRow(place, sid).then(({ commit }) => ({ release: commit }))
        : await lockTable(place, 'writers')
    expect(await app.get('/', { cookie })).toMatchObject({ status: 200, text: 'Ada' })
    await release()
    for (const error of heard) expect(error).toMatchObject(AWAY)
  })
}
