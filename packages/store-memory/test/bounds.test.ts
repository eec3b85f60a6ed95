import { MemoryStore, type MemoryStoreOptions } from '@coatcheck/store-memory'
import { describe, expect, it } from 'vitest'
import { at, openStore, sessionOf, turn, watchWarnings } from './support/stores.ts'

/** A store with a list of what it has removed by itself. */
function openWatched(options: MemoryStoreOptions) {
  const evicted: [string, string][] = []
  const store = openStore({ ...options, onEvict: (sid, reason) => evicted.push([sid, reason]) })
  return { store, evicted }
}

/** What one such session costs. */
async function costOf(sid: string, data: object): Promise<number> {
  const store = openStore()
  await store.set(sid, sessionOf(data))
  return store.usage().bytes
}

describe('max', () => {
  it('max: the session that was not used for longest has to go', async () => {
    const { store, evicted } = openWatched({ max: 3 })
    for (const sid of ['a', 'b', 'c', 'd']) await store.set(sid, sessionOf())
    await turn()
    expect(evicted).toEqual([['a', 'max']])
    expect(await store.ids()).toHaveLength(3)
    expect(await store.get('a')).toBeUndefined()
  })

  it('max: reading, touching and saving are uses; listing is none', async () => {
    const { store, evicted } = openWatched({ max: 4 })
    for (const sid of ['a', 'b', 'c', 'd']) await store.set(sid, sessionOf())
    await store.get('a')
    await store.touch('b', sessionOf())
    await store.set('c', sessionOf({ changed: true }))
    await store.all()
    await store.length()
    for (const sid of ['e', 'f', 'g', 'h']) await store.set(sid, sessionOf())
    await turn()
    expect(evicted.map(([sid]) => sid)).toEqual(['d', 'a', 'b', 'c'])
  })

  it('max: replacing a session removes no other', async () => {
    const { store, evicted } = openWatched({ max: 2 })
    for (const sid of ['a', 'b', 'a', 'b']) await store.set(sid, sessionOf({ sid }))
    await turn()
    expect(evicted).toEqual([])
    expect((await store.ids()).sort()).toEqual(['a', 'b'])
  })

  it('max: one session is enough of a store', async () => {
    const { store, evicted } = openWatched({ max: 1 })
    for (const sid of ['a', 'b', 'c']) await store.set(sid, sessionOf({ sid }))
    expect(await store.all()).toMatchObject({ c: { sid: 'c' } })
    expect(store.usage().sessions).toBe(1)
    await turn()
    expect(evicted.map(([sid]) => sid)).toEqual(['a', 'b'])
  })
})

describe('maxBytes', () => {
  it('maxBytes: is never exceeded, whatever is written', async () => {
    const maxBytes = 20_000
    const { store, evicted } = openWatched({ maxBytes })
    for (let i = 0; i < 2000; i++) {
      const text = (i % 3 ? 'x' : 'ключ ').repeat((i * 37) % 400)
      await store.set(`sid ${i % 200}`, sessionOf({ i, text }))
      expect(store.usage().bytes).toBeLessThanOrEqual(maxBytes)
      if (i % 7 === 0) await store.destroy(`sid ${(i * 3) % 200}`)
    }
    await turn()
    expect(new Set(evicted.map(([, reason]) => reason))).toEqual(new Set(['maxBytes']))
    expect(await store.length()).toBe(store.usage().sessions)
    await store.clear()
    expect(store.usage()).toEqual({ sessions: 0, bytes: 0 })
  })

  it('maxBytes: what is taken out is no longer counted', async () => {
    const store = openStore()
    await store.set('a', sessionOf({ text: 'x'.repeat(1000) }))
    const { bytes } = store.usage()
    await store.set('b', sessionOf({ text: '😀'.repeat(1000) }))
    await store.set('b', sessionOf({ text: 'x' }))
    await store.destroy('b')
    expect(store.usage()).toEqual({ sessions: 1, bytes })
    await store.set('a', sessionOf({ text: 'x'.repeat(900) }))
    expect(store.usage()).toEqual({ sessions: 1, bytes: bytes - 100 })
  })

  it('maxBytes: a session that grows makes others go, not itself', async () => {
    const one = await costOf('a', { text: 'x'.repeat(100) })
    const { store, evicted } = openWatched({ maxBytes: 3 * one })
    for (const sid of ['a', 'b', 'c']) await store.set(sid, sessionOf({ text: 'x'.repeat(100) }))
    await store.set('a', sessionOf({ text: 'x'.repeat(101) }))
    await turn()
    expect(evicted).toEqual([['b', 'maxBytes']])
    expect((await store.ids()).sort()).toEqual(['a', 'c'])
  })

  it('maxBytes: a session that is too large alone fails, and nothing else happens', async () => {
    const maxBytes = 2000
    const { store, evicted } = openWatched({ maxBytes })
    await store.set('a', sessionOf({ user: 'Ada' }))
    await store.set('b', sessionOf({ user: 'Bob' }))
    const large = sessionOf({ text: 'a secret '.repeat(300) })
    await expect(store.set('a', large)).rejects.toThrow(
      expect.objectContaining({ name: 'SessionTooLargeError', code: 'ERR_SESSION_TOO_LARGE', status: 500 }),
    )
    await expect(store.set('c', large)).rejects.toThrow(
      /^The session takes \d+ bytes, and .*"maxBytes" allows 2000/,
    )
    const loaded = (await store.get('b'))!
    Object.assign(loaded, { text: 'x'.repeat(3000) })
    await expect(store.set('b', loaded)).rejects.toThrow(RangeError)
    await turn()
    expect(evicted).toEqual([])
    expect(await store.all()).toMatchObject({ a: { user: 'Ada' }, b: { user: 'Bob' } })
    expect(await store.length()).toBe(2)
  })
})

describe('expired ones first', () => {
  it('set: removes what has expired before what is alive, though that was not used for longer', async () => {
    at(0)
    const { store, evicted } = openWatched({ max: 100 })
    for (let i = 0; i < 50; i++) await store.set(`old and alive ${i}`, sessionOf({}, 60_000))
    for (let i = 0; i < 50; i++) await store.set(`expired ${i}`, sessionOf({}, 100))
    at(100)
    for (let i = 0; i < 50; i++) await store.set(`new ${i}`, sessionOf({}, 60_000))
    await turn()
    expect(evicted).toHaveLength(50)
    expect(evicted.filter(([sid, reason]) => sid.startsWith('expired') && reason === 'expired')).toHaveLength(
      50,
    )
    await store.set('one more', sessionOf({}, 60_000))
    await turn()
    expect(evicted.at(-1)).toEqual(['old and alive 0', 'max'])
  })

  it('set: the one that was not used for longest is looked at in any case', async () => {
    at(0)
    const { store, evicted } = openWatched({ max: 1000 })
    for (let i = 0; i < 1000; i++) await store.set(`${i}`, sessionOf({}, i === 500 ? 100 : 60_000))
    for (let i = 0; i < 1000; i++) if (i !== 500) await store.get(`${i}`)
    at(100)
    await store.set('new', sessionOf({}, 60_000))
    await turn()
    expect(evicted).toEqual([['500', 'expired']])
  })

  it('set: in a large store one in a hundred of the live ones may go before all expired ones are found', async () => {
    at(0)
    const { store, evicted } = openWatched({ max: 10_000 })
    for (let i = 0; i < 10_000; i++) await store.set(`${i}`, sessionOf({}, i < 5000 ? 60_000 : 100))
    at(100)
    for (let i = 0; i < 5000; i++) await store.set(`new ${i}`, sessionOf({}, 60_000))
    await turn()
    expect(evicted.filter(([, reason]) => reason !== 'expired').length).toBeLessThanOrEqual(100)
    expect(evicted.length).toBeLessThanOrEqual(5100)
  })
})

describe('warning', () => {
  it('warning: once for each store, when it removes what has not expired', async () => {
    const warnings = watchWarnings('COATCHECK_MEMORY_STORE_FULL')
    for (const options of [{ max: 2 }, { maxBytes: 700 }]) {
      const store = openStore(options)
      for (let i = 0; i < 20; i++) await store.set(`sid ${i}`, sessionOf({ secret: 'a secret' }))
    }
    await turn()
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toMatch(/full: it holds 2 sessions .* "max" sets this limit/)
    expect(warnings[1]).toMatch(/full: it holds \d sessions .* "maxBytes" sets this limit/)
    expect(warnings.join()).not.toMatch(/secret|sid/)
  })

  it('warning: none over expired sessions', async () => {
    at(0)
    const warnings = watchWarnings('COATCHECK_MEMORY_STORE_FULL')
    const store = openStore({ max: 2 })
    for (let i = 0; i < 20; i++) {
      await store.set(`sid ${i}`, sessionOf({}, 10))
      at(10 * (i + 1))
    }
    await turn()
    expect(warnings).toEqual([])
  })
})

describe('options', () => {
  it.each([
    { max: 0 },
    { max: -1 },
    { max: 1.5 },
    { max: Number.NaN },
    { max: '10' },
    { max: null },
    { maxBytes: 0 },
    { maxBytes: 0.5 },
    { maxBytes: '1 MB' },
    { maxBytes: 2 ** 60 },
    { onEvict: 'warn' },
    { onEvict: null },
    { ttl: 0 },
    { pruneInterval: 0 },
  ])('options: %j is refused in a sentence that names it', options => {
    const [name] = Object.keys(options)
    const sentence = new RegExp(`^The option "${name}" must be a `)
    expect(() => new MemoryStore(options as never)).toThrow(TypeError)
    expect(() => new MemoryStore(options as never)).toThrow(sentence)
    expect(() => MemoryStore.open('memory:', options as never)).toThrow(sentence)
  })

  it('open: takes the URL memory: and options', async () => {
    for (const store of [
      MemoryStore.open(),
      MemoryStore.open('memory:'),
      MemoryStore.open('memory:', { max: 1 }),
    ]) {
      await store.set('a', sessionOf())
      expect(await store.length()).toBe(1)
      await store.close()
    }
    for (const url of [
      '',
      'memory',
      'memory://',
      'memory:x',
      'redis://localhost',
      7,
      null,
      {},
      new URL('memory:'),
    ]) {
      expect(() => MemoryStore.open(url as never)).toThrow(
        new TypeError('MemoryStore.open needs the URL "memory:", without other parts'),
      )
    }
  })
})
