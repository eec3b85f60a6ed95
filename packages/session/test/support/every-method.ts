import type { Diagnosing, RecordStore } from '@coatcheck/session'
import { expect } from 'vitest'
import { sessionOf } from './session-of.ts'

/** Every method of a store does what it says with these ids. `changed` is called when `{ n: 1 }` was saved under `ü`. */
export async function expectEveryMethod(
  store: RecordStore & Diagnosing,
  ids: readonly string[],
  changed: () => Promise<unknown> = async () => {},
): Promise<void> {
  await Promise.all(ids.map(sid => store.set(sid, sessionOf({ sid }, 60_000))))
  const read = await Promise.all(ids.map(sid => store.get(sid, undefined, { renew: 60_000 })))
  expect(read).toMatchObject(ids.map(sid => ({ sid })))
  await store.set('ü', Object.assign(read[ids.indexOf('ü')]!, { n: 1 }))
  expect(await store.get('ü')).toMatchObject({ n: 1 })
  await changed()
  expect((await store.ids()).sort()).toEqual([...ids].sort())
  expect(await store.insert('ü', sessionOf())).toBe(false)
  expect(await store.insert('new', sessionOf())).toBe(true)
  expect(await store.touch('new', sessionOf({}, 60_000))).toBe(true)
  expect(await store.touch('none', sessionOf())).toBe(false)
  expect(await store.exchange('new', 'newer', sessionOf())).toBe(true)
  expect([await store.destroy('newer'), await store.destroy('newer')]).toEqual([true, false])
  await store.set('over', sessionOf({}, 20))
  while (await store.get('over'));
  expect(await store.prune()).toBe(1)
  expect((await store.diagnose()).map(({ level }) => level)).not.toContain('problem')
  await store.clear()
  expect(await store.length()).toBe(0)
}
