import { expect, it } from 'vitest'
import { MapStore } from './support/map-backend.ts'
import { ours } from './support/ours.ts'

it('ids: one that is no string is a TypeError, for every method', async () => {
  const store = new MapStore()
  const calls = [
    () => store.get(42 as never),
    () => store.set(42 as never, { cookie: {} }),
    () => store.touch(42 as never, { cookie: {} }),
    () => store.destroy(42 as never),
    () => store.update(42 as never, () => {}),
  ]
  for (const call of calls) await expect(call()).rejects.toThrow('The session id must be a string')
  await new Promise<void>(resolve => {
    store.get(42 as never, error => {
      expect(error).toBeInstanceOf(TypeError)
      resolve()
    })
  })
})

it('callbacks: what is no function is a TypeError to the caller', async () => {
  const store = new MapStore()
  const { set, get } = store as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  await expect(set!.call(store, 'a', { cookie: {} }, 86_400_000)).rejects.toThrow('must be a function')
  await expect(get!.call(store, 'a', 86_400_000)).rejects.toThrow('must be a function')
  const memory = new ours.MemoryStore() as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  await expect(memory.get!('a', 86_400_000)).rejects.toThrow('must be a function')
})

it('set: takes a lifetime from callers that know it', async () => {
  const store = new MapStore()
  await store.set('a', { user: 'Ada' }, { ttl: 5_000 })
  const left = store.rows.get('a')!.expires - Date.now()
  expect(left).toBeGreaterThan(3_000)
  expect(left).toBeLessThanOrEqual(5_000)
  expect(await store.get('a')).toMatchObject({ user: 'Ada', cookie: { originalMaxAge: null } })
  await expect(store.set('a', {}, { ttl: Number.NaN })).rejects.toThrow('The option "ttl" must be a number')
})
