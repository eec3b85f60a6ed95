import { describe, expect, it } from 'vitest'
import { at, openStore, sessionOf, turn, watchWarnings } from './support/stores.ts'

describe('onEvict', () => {
  function watched(options = {}) {
    const evicted: [string, string][] = []
    const store = openStore({ ...options, onEvict: (sid, reason) => evicted.push([sid, reason]) })
    return { store, evicted }
  }

  it('onEvict: is told of expired sessions when they are removed: once, by a read, by a write or by prune', async () => {
    at(0)
    const { store, evicted } = watched()
    for (const sid of ['read', 'touched', 'written', 'destroyed', 'pruned'])
      await store.set(sid, sessionOf({}, 100))
    await store.set('alive', sessionOf({}, 101))
    at(100)
    await turn()
    expect(evicted).toEqual([])
    expect(await store.get('read')).toBeUndefined()
    expect(await store.touch('touched', sessionOf({}, 100))).toBe(false)
    await store.set('written', sessionOf({}, 100))
    expect(await store.destroy('destroyed')).toBe(false)
    expect(await store.prune()).toBe(1)
    expect(await store.prune()).toBe(0)
    await turn()
    const expired = ['read', 'touched', 'written', 'destroyed', 'pruned'].map(sid => [sid, 'expired'])
    expect(evicted).toEqual(expired)
    expect((await store.ids()).sort()).toEqual(['alive', 'written'])
  })

  it('onEvict: is told nothing of what the app itself removes or replaces', async () => {
    const { store, evicted } = watched({ max: 10 })
    for (const sid of ['a', 'b', 'c', 'd']) await store.set(sid, sessionOf({}, 60_000))
    await store.set('a', sessionOf({ changed: true }))
    await store.destroy('b')
    await store.set('c', sessionOf({}, -1))
    await store.touch('d', sessionOf({}, -1))
    expect(await store.ids()).toEqual(['a'])
    await store.clear()
    await store.set('e', sessionOf())
    await store.close()
    await turn()
    expect(evicted).toEqual([])
  })

  it('onEvict: one that throws breaks no call, and becomes a warning', async () => {
    const warnings = watchWarnings('COATCHECK_ON_EVICT_FAILED')
    const store = openStore({
      max: 1,
      onEvict: sid => {
        throw new Error(`cannot tell of ${sid}`)
      },
    })
    for (const sid of ['a', 'b', 'c']) await store.set(sid, sessionOf())
    expect(await store.ids()).toEqual(['c'])
    await turn()
    await turn()
    expect(warnings).toEqual([
      'The option onEvict of the memory store failed: Error: cannot tell of a',
      'The option onEvict of the memory store failed: Error: cannot tell of b',
    ])
  })

  it('onEvict: one that returns a promise that fails ends no process', async () => {
    const warnings = watchWarnings('COATCHECK_ON_EVICT_FAILED')
    const store = openStore({ max: 1, onEvict: async () => Promise.reject(new Error('no log')) })
    for (const sid of ['a', 'b']) await store.set(sid, sessionOf())
    await turn()
    await turn()
    expect(warnings).toEqual(['The option onEvict of the memory store failed: Error: no log'])
  })

  it('onEvict: may use the store', async () => {
    const answers: unknown[] = []
    const store = openStore({
      max: 2,
      onEvict: async sid => {
        answers.push(await store.get(sid), await store.length())
        if (sid === 'a') await store.set('a', sessionOf({ again: true }))
      },
    })
    for (const sid of ['a', 'b', 'c']) await store.set(sid, sessionOf())
    while (answers.length < 4) await turn()
    expect(answers).toEqual([undefined, 2, undefined, 2])
    expect((await store.ids()).sort()).toEqual(['a', 'c'])
  })
})
