import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contestedKeys, merge } from '../../src/concurrency/merge.ts'

const value = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom(0, 1, 2))
const key = fc.oneof(fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor', 'toString'), fc.string())
/** As it comes from a store: own properties only, whatever they are called. */
const data = fc
  .array(fc.tuple(key, value), { maxLength: 6 })
  .map(entries => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Record<string, unknown>)

/** `base`, with what is listed set or deleted. */
function change(base: Record<string, unknown>, changes: [string, unknown][]): Record<string, unknown> {
  const entries = new Map(Object.entries(base))
  for (const [name, to] of changes) {
    if (to === undefined) entries.delete(name)
    else entries.set(name, to)
  }
  return Object.fromEntries(entries)
}

const changes = (prefix: string) =>
  fc
    .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.option(value, { nil: undefined })), { maxLength: 4 })
    .map(all => all.map(([name, to]): [string, unknown] => [prefix + name, to]))

const of = (from: Record<string, unknown>, name: string) =>
  Object.hasOwn(from, name) ? JSON.stringify(from[name]) : undefined

function check<T extends [unknown, ...unknown[]]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  law: (...all: T) => void,
) {
  const property = fc.property(fc.tuple(...arbitraries), all => void law(...(all as T)))
  fc.assert(property, { numRuns: 1000 })
}

describe('merge', () => {
  it('merge: nobody else has written: mine', () => {
    check([data, data], (base, mine) => expect(merge(base, mine, base)).toEqual(mine))
  })

  it('merge: nothing changed here: theirs', () => {
    check([data, data], (base, theirs) => expect(merge(base, base, theirs)).toEqual(theirs))
  })

  it('merge: both have made the same of it: that', () => {
    check([data, data], (base, both) => expect(merge(base, both, both)).toEqual(both))
  })

  it('merge: is mine where mine has changed, deletions included, and theirs elsewhere', () => {
    check([data, data, data], (base, mine, theirs) => {
      const merged = merge(base, mine, theirs)
      for (const name of new Set([base, mine, theirs, merged].flatMap(Object.keys))) {
        const untouched = of(base, name) === of(mine, name)
        expect(of(merged, name)).toBe(of(untouched ? theirs : mine, name))
      }
    })
  })

  it('merge: invents nothing, and changes none of the three', () => {
    check([data, data, data], (base, mine, theirs) => {
      const before = JSON.stringify([base, mine, theirs])
      const merged = merge(base, mine, theirs)
      for (const name of Object.keys(merged))
        expect([of(mine, name), of(theirs, name)]).toContain(of(merged, name))
      expect(JSON.stringify([base, mine, theirs])).toBe(before)
      expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
    })
  })

  it('merge: of changes to different keys the order does not matter', () => {
    const parts = [changes('x'), changes('y'), changes('z')] as const
    check([data, ...parts], (base, ...edits) => {
      const [a, b, c] = edits.map(edit => change(base, edit)) as [typeof base, typeof base, typeof base]
      const ab = merge(base, b, a)
      expect(ab).toEqual(merge(base, a, b))
      expect(merge(base, c, ab)).toEqual(merge(base, merge(base, c, b), a))
      expect(merge(base, c, ab)).toEqual(change(base, edits.flat()))
    })
  })

  it('merge: a key is contested when both have changed it, be it to the same', () => {
    check([data, data, data], (base, mine, theirs) => {
      const names = new Set([base, mine, theirs].flatMap(Object.keys))
      const expected = [...names].filter(name => {
        const [b, m, t] = [of(base, name), of(mine, name), of(theirs, name)]
        return b !== m && b !== t
      })
      expect(contestedKeys(base, mine, theirs).sort()).toEqual(expected.sort())
    })
  })
})
