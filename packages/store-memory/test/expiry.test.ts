import { expect, it, vi } from 'vitest'
import { at, openStore, sessionOf } from './support/stores.ts'

it('expiry: a session is there in its last millisecond, and not in the next', async () => {
  at(0)
  const store = openStore()
  await store.set('a', sessionOf({ user: 'Ada' }, 900))
  at(899)
  expect(await store.get('a')).toMatchObject({ user: 'Ada' })
  expect([await store.length(), await store.ids()]).toEqual([1, ['a']])
  at(900)
  expect([await store.length(), await store.ids(), await store.all()]).toEqual([0, [], {}])
  expect(await store.get('a')).toBeUndefined()
})

it('expiry: counts and lists leave expired sessions out that still lie there', async () => {
  at(0)
  const store = openStore()
  for (let i = 0; i < 100; i++) await store.set(`${i}`, sessionOf({}, i < 40 ? 100 : 200))
  at(100)
  expect(await store.length()).toBe(60)
  expect(await store.ids()).toHaveLength(60)
  expect(Object.keys(await store.all())).toHaveLength(60)
  expect(store.usage().sessions).toBe(100)
})

it('expiry: a read frees the memory of a session that has expired', async () => {
  at(0)
  const store = openStore()
  await store.set('a', sessionOf({}, 900))
  at(900)
  await store.get('a')
  expect(store.usage()).toEqual({ sessions: 0, bytes: 0 })
})

it('expiry: a system clock that is set wrong or right ends no session, and makes none last longer', async () => {
  at(0)
  const store = openStore()
  await store.set('a', sessionOf({}, 900))
  for (const year of [1970, 2000, 2100]) {
    vi.setSystemTime(Date.UTC(year, 0, 1))
    const session = await store.get('a')
    // What is left of its life, by the clock as it is now.
    expect(new Date(session!.cookie.expires as Date).valueOf() - Date.now()).toBe(900)
  }
  at(900)
  expect(await store.get('a')).toBeUndefined()
})

it('touch: moves the expiry on by the millisecond, and leaves the data', async () => {
  at(0)
  const store = openStore()
  await store.set('a', sessionOf({ user: 'Ada' }, 900))
  at(899)
  expect(await store.touch('a', sessionOf({ user: 'Eve' }, 900))).toBe(true)
  at(899 + 899)
  const session = await store.get('a')
  expect(session).toMatchObject({ user: 'Ada' })
  expect(new Date(session!.cookie.expires as Date).valueOf() - Date.now()).toBe(1)
  at(899 + 900)
  expect(await store.get('a')).toBeUndefined()
})

it('touch: does not bring back an expired session', async () => {
  at(0)
  const store = openStore()
  await store.set('a', sessionOf({}, 900))
  at(900)
  expect(await store.touch('a', sessionOf({}, 900))).toBe(false)
  expect(await store.get('a')).toBeUndefined()
})

it('touch: neither encodes, decodes nor copies the session, however large it is', async () => {
  const codec = { stringify: vi.fn(JSON.stringify), parse: vi.fn(JSON.parse) }
  const store = openStore({ codec })
  await store.set('a', sessionOf({ text: 'ключ'.repeat(100_000) }, 60_000))
  const usage = store.usage()
  const copies = vi.spyOn(Buffer, 'from')
  for (let i = 0; i < 1000; i++) expect(await store.touch('a', sessionOf({}, 90_000))).toBe(true)
  const counts = () => [codec.stringify, codec.parse, copies].map(({ mock }) => mock.calls.length)
  expect(counts()).toEqual([1, 0, 0])
  expect(store.usage()).toEqual(usage)
  // They would have been seen.
  expect(await store.get('a')).toBeDefined()
  expect(counts()).toEqual([1, 1, 1])
  copies.mockRestore()
})

it('insert: only where no live session is', async () => {
  at(0)
  const store = openStore()
  expect(await store.insert('a', sessionOf({ user: 'Ada' }, 900))).toBe(true)
  at(899)
  expect(await store.insert('a', sessionOf({ user: 'Eve' }, 900))).toBe(false)
  expect(await store.get('a')).toMatchObject({ user: 'Ada' })
  at(900)
  expect(await store.insert('a', sessionOf({ user: 'Eve' }, 900))).toBe(true)
  expect(await store.get('a')).toMatchObject({ user: 'Eve' })
  const inserted = await Promise.all(
    Array.from({ length: 20 }, (_, n) => store.insert('b', sessionOf({ n }))),
  )
  expect(inserted.filter(Boolean)).toHaveLength(1)
})

it('update: an expired session is not revived by a request that had read it', async () => {
  at(0)
  const store = openStore()
  await store.set('a', sessionOf({}, 900))
  const session = (await store.get('a'))!
  at(900)
  session.cookie.expires = new Date(Date.now() + 900) as never
  await expect(store.set('a', session)).rejects.toMatchObject({ code: 'ERR_SESSION_GONE' })
  expect(await store.length()).toBe(0)
})

it('prune: the timer frees the memory of expired sessions', async () => {
  const removed: string[] = []
  const [, second] = await new Promise<string[]>(resolve => {
    const onEvict = (sid: string) => void (removed.push(sid) === 2 && resolve(removed))
    const store = openStore({ pruneInterval: 40, onEvict })
    for (const sid of ['a', 'b']) void store.set(sid, sessionOf({}, 20))
    void store.set('c', sessionOf({}, 60_000))
  })
  expect(second).toBe('b')
})

it('prune: takes many expired sessions in batches, and requests get through in between', async () => {
  at(0)
  const store = openStore()
  for (let i = 0; i < 4500; i++) await store.set(`sid ${i}`, sessionOf({}, i % 3 ? 100 : 60_000))
  at(100)
  let done = false
  const pruned = store.prune().finally(() => {
    done = true
  })
  const meanwhile: number[] = []
  while (!done) {
    expect(await store.get('sid 0')).toBeDefined()
    meanwhile.push(store.usage().sessions)
    await new Promise(setImmediate)
  }
  expect(await pruned).toBe(3000)
  // Never more than the places of a slice in one turn.
  const steps = meanwhile.slice(1).map((sessions, i) => meanwhile[i]! - sessions)
  expect(Math.max(...steps)).toBeLessThanOrEqual(1000)
  expect(steps.length).toBeGreaterThan(3)
  expect(await store.length()).toBe(1500)
})

it('prune: sessions that come and go meanwhile are neither missed nor lost', async () => {
  at(0)
  const store = openStore()
  for (let i = 0; i < 5000; i++) await store.set(`sid ${i}`, sessionOf({}, 100))
  at(100)
  const pruned = store.prune()
  for (let i = 0; i < 3000; i++) {
    await store.set(`sid ${i}`, sessionOf({ again: true }, 60_000))
    if (i % 100 === 0) await new Promise(setImmediate)
  }
  await pruned
  expect(await store.length()).toBe(3000)
  expect(store.usage().sessions).toBe(3000)
})
