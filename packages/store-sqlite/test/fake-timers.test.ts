import { afterEach, expect, it, vi } from 'vitest'
import { openClient, openStore, sessionOf, tempFile } from './support/files.ts'

const real = { setTimeout: globalThis.setTimeout }

afterEach(() => void vi.useRealTimers())

it('timers: a store whose app fakes them in its tests answers, also where it waits for a lock', async () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'],
  })
  const file = tempFile()
  const store = openStore(file, { busyTimeout: 60_000 })
  await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
  expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ user: 'Ada' })
  expect(await store.touch('a', sessionOf({}, 60_000))).toBe(true)
  for (let i = 0; i < 600; i++) await store.set(`b ${i}`, sessionOf())
  // More than a page, with a turn of the event loop between two.
  expect(await store.ids()).toHaveLength(601)
  expect(await store.prune()).toBe(0)
  const other = openClient(file)
  other.exec('BEGIN IMMEDIATE')
  const destroyed = store.destroy('a')
  await new Promise(resolve => real.setTimeout(resolve, 100))
  other.exec('ROLLBACK')
  expect(await destroyed).toBe(true)
})
