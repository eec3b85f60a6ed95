import { MemoryStore } from '@coatcheck/store-memory'
import { describe, expect, it } from 'vitest'

describe('options', () => {
  it.each([
    ['maxbytes', 'maxBytes'],
    ['maxByte', 'maxBytes'],
    ['maxx', 'max'],
    ['onEvicted', 'onEvict'],
    ['TTL', 'ttl'],
  ])('names: for "%s" the error names "%s"', (name, meant) => {
    const error = new TypeError(
      `The option "${name}" is not an option of MemoryStore; did you mean "${meant}"?`,
    )
    expect(() => new MemoryStore({ [name]: 1 })).toThrow(error)
    expect(() => MemoryStore.open('memory:', { [name]: 1 })).toThrow(error)
  })

  it('names: one that is like no other is refused too, and one without a value is not', () => {
    const colour = { colour: 'red' } as never
    expect(() => new MemoryStore(colour)).toThrow(
      new TypeError('The option "colour" is not an option of MemoryStore'),
    )
    expect(() => new MemoryStore({ colour: undefined } as never)).not.toThrow()
  })
})
