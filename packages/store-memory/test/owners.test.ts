import { MemoryStore } from '@coatcheck/store-memory'
import { expect, it } from 'vitest'
import { describeOwners, sessionFor } from '../../session/test/support/owners.ts'

describeOwners('store-memory', () => options => new MemoryStore(options))

it('a session that made room for others is not listed any more', async () => {
  const store = new MemoryStore({ owner: 'user', max: 2 })
  for (const sid of ['a', 'b', 'c']) await store.set(sid, sessionFor('ada'))
  expect(await store.countOf('ada')).toBe(2)
})
