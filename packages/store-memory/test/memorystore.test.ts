import { promisify } from 'node:util'
import { MemoryStore, type MemoryStoreOptions } from '@coatcheck/store-memory'
import expressSession from 'express-session'
import fc from 'fast-check'
import memorystore from 'memorystore'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore, sessionOf, turn } from './support/stores.ts'

// What the README says of memorystore's options, beside memorystore itself.

type Theirs = InstanceType<ReturnType<typeof memorystore>>
type TheirOptions = ConstructorParameters<ReturnType<typeof memorystore>>[0]

const TheirStore = memorystore(expressSession)

/** The methods of both as promises. */
interface Asked {
  get(sid: string): Promise<unknown>
  set(sid: string, session: object): Promise<unknown>
  touch(sid: string, session: object): Promise<unknown>
  destroy(sid: string): Promise<unknown>
  ids(): Promise<string[]>
  length(): Promise<number>
}

function ask(store: Theirs | MemoryStore): Asked {
  const names = ['get', 'set', 'touch', 'destroy', 'ids', 'length'] as const
  const methods = store as unknown as Record<string, (...args: unknown[]) => void>
  return Object.fromEntries(names.map(name => [name, promisify(methods[name]!.bind(store))])) as never
}

function openBoth(theirs: TheirOptions, ours: MemoryStoreOptions): [Asked, Asked] {
  return [ask(new TheirStore(theirs)), ask(openStore(ours))]
}

describe('memorystore', () => {
  it('max: keeps the same sessions as memorystore, whatever is done', async () => {
    const sid = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    const method = fc.constantFrom('get', 'set', 'touch', 'destroy')
    const calls = fc.array(fc.tuple(method, sid), { maxLength: 40 })
    const max = fc.integer({ min: 1, max: 5 })
    await fc.assert(
      fc.asyncProperty(max, calls, async (max, calls) => {
        const both = [new TheirStore({ max }), new MemoryStore({ max })] as const
        const [theirs, ours] = both.map(store => ask(store)) as [Asked, Asked]
        for (const [name, sid] of calls) {
          const answer = (store: Asked) =>
            name === 'set' || name === 'touch' ? store[name](sid, sessionOf({ sid })) : store[name](sid)
          const [theirAnswer, ourAnswer] = [await answer(theirs), await answer(ours)]
          if (name === 'get') expect(ourAnswer).toEqual(theirAnswer)
          expect((await ours.ids()).sort()).toEqual((await theirs.ids()).sort())
        }
        await both[1].close()
      }),
      { numRuns: 100 },
    )
  })

  it('serializer: is codec here', async () => {
    const serializer = {
      stringify: (session: object) => `v1:${JSON.stringify(session)}`,
      parse: (text: string) => JSON.parse(text.slice(3)),
    }
    for (const store of openBoth({ serializer }, { codec: serializer })) {
      await store.set('a', sessionOf({ user: 'Ada' }))
      expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    }
  })

  it('ttl: is what a session without an end lasts; there it also replaces the end that a cookie names', async () => {
    const [theirs, ours] = openBoth({ ttl: 1 }, { ttl: 1 })
    for (const store of [theirs, ours]) {
      await store.set('without', sessionOf())
      await store.set('with', sessionOf({}, 60_000))
    }
    const end = performance.now() + 3
    while (performance.now() < end) await turn()
    expect([await theirs.get('without'), await theirs.get('with')]).toEqual([undefined, undefined])
    expect(await ours.get('without')).toBeUndefined()
    expect(await ours.get('with')).toBeDefined()
  })

  it('length: counts live sessions here, and expired ones too there', async () => {
    const [theirs, ours] = openBoth({}, {})
    for (const store of [theirs, ours]) await store.set('a', { cookie: { maxAge: 1 } })
    const end = performance.now() + 3
    while (performance.now() < end) await turn()
    expect([await theirs.length(), await ours.length()]).toEqual([1, 0])
  })

  it('dispose: is onEvict here for what the store removes, and nothing for what the app removes', async () => {
    const told: string[][] = [[], []]
    const [theirs, ours] = openBoth(
      { max: 2, noDisposeOnSet: true, dispose: sid => void told[0]!.push(sid) },
      { max: 2, onEvict: sid => void told[1]!.push(sid) },
    )
    for (const store of [theirs, ours]) {
      for (const sid of ['a', 'b', 'b', 'c']) await store.set(sid, sessionOf())
      await store.destroy('b')
    }
    await turn()
    expect(told).toEqual([['a', 'b'], ['a']])
  })

  it('checkPeriod: is pruneInterval here', async () => {
    const pruned: string[] = []
    for (const name of ['theirs', 'ours']) {
      await new Promise<void>(resolve => {
        const done = () => {
          pruned.push(name)
          resolve()
        }
        const store =
          name === 'ours'
            ? openStore({ pruneInterval: 20, onEvict: done })
            : new TheirStore({ checkPeriod: 20, dispose: done })
        if (store instanceof TheirStore) onTestFinished(() => store.stopInterval())
        void ask(store).set('a', { cookie: { maxAge: 5 } })
      })
    }
    expect(pruned).toEqual(['theirs', 'ours'])
  })

  it('destroy: takes one id here, and several there', async () => {
    const store = openStore()
    for (const sid of ['a', 'b', 'c']) await store.set(sid, sessionOf())
    await Promise.all(['a', 'b'].map(sid => store.destroy(sid)))
    expect(await store.ids()).toEqual(['c'])
  })
})
