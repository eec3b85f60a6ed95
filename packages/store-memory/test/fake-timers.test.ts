import { MemoryStore } from '@coatcheck/store-memory'
import { afterEach, expect, it, vi } from 'vitest'

const real = { setImmediate: globalThis.setImmediate }

afterEach(() => void vi.useRealTimers())

it('timers: a store whose app fakes them in its tests answers, and tells what it evicts', async () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'],
  })
  const evicted: string[] = []
  const store = new MemoryStore({ max: 1500, onEvict: sid => void evicted.push(sid) })
  for (let i = 0; i < 1501; i++) await store.set(`sid ${i}`, { cookie: {} } as never)
  // More than a slice, with a turn of the event loop between two.
  expect(await store.ids()).toHaveLength(1500)
  expect(await store.prune()).toBe(0)
  await new Promise(resolve => real.setImmediate(resolve))
  expect(evicted).toEqual(['sid 0'])
})
