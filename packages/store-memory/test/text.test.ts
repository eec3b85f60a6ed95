import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyId, costOf, pack, unpack } from '../src/text.ts'
import { openStore, sessionOf } from './support/stores.ts'

const TEXTS = [
  '',
  '\0',
  '\x01',
  '\0\x01',
  '\x01ключ',
  '\0ключ',
  '\0\ud800',
  '\x01\udfff',
  'é',
  '\xff',
  '😀',
  '\ud83d',
  'a\ude00b',
  '漢字',
]

describe('pack', () => {
  it('pack: gives back any text as it was', () => {
    for (const text of TEXTS) expect(unpack(pack(text))).toBe(text)
    const unit = fc.integer({ min: 0, max: 0xffff }).map(code => String.fromCharCode(code))
    const text = fc.oneof(
      fc.string({ unit }),
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('\0', '\x01', 'a', 'é', '\ud800', '😀') }),
    )
    fc.assert(
      fc.property(text, text => {
        expect(unpack(pack(text))).toBe(text)
        expect(copyId(text)).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })

  it('pack: a text of one byte a character is kept as it is', () => {
    for (const text of ['', 'plain', 'Größe', '{"a":1}']) expect(pack(text)).toBe(text)
  })

  it('pack: a few other letters do not double what a text takes', () => {
    const text = JSON.stringify(sessionOf({ name: 'Łukasz', text: 'x'.repeat(1000) }))
    expect(pack(text)).toMatch(/^[\0-\xff]*$/)
    expect(pack(text).length).toBe(Buffer.byteLength(text) + 1)
    expect(costOf('a', pack(text))).toBeLessThan(text.length * 1.5)
    // Three bytes each as UTF-8, and two as they are.
    const chinese = '漢'.repeat(1000)
    expect(costOf('a', pack(chinese)) - costOf('a', pack(''))).toBe(2 * 1001)
  })
})

describe('a session', () => {
  it('get: is never the object that was set, nor that of another get', async () => {
    const store = openStore()
    const cart = { articles: ['coat'] }
    const session = sessionOf({ cart })
    const set = store.set('a', session)
    cart.articles.push('after the call')
    await set
    cart.articles.push('later')
    const first = (await store.get('a')) as unknown as { cart: typeof cart }
    expect(first.cart.articles).toEqual(['coat'])
    first.cart.articles.push('on a copy')
    expect(await store.get('a')).toMatchObject({ cart: { articles: ['coat'] } })
    for await (const [, listed] of store.entries())
      expect(listed).toMatchObject({ cart: { articles: ['coat'] } })
  })
})
