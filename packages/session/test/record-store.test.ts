import type { RecordStoreOptions, SessionData } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import { MapStore } from './support/map-backend.ts'
import { stored } from './support/stores.ts'

/** Data as `set` takes it. */
function data(rest: Record<string, unknown> = {}): SessionData {
  return stored(rest) as never
}

/** Every method that answers, with arguments for it. */
const calls: [string, unknown[], unknown][] = [
  ['get', ['known'], expect.objectContaining({ user: 'Ada' })],
  ['set', ['new', data()], undefined],
  ['touch', ['known', data()], true],
  ['destroy', ['known'], true],
  ['all', [], { known: expect.objectContaining({ user: 'Ada' }) }],
  ['length', [], 1],
  ['ids', [], ['known']],
  ['clear', [], undefined],
  ['prune', [], 0],
  ['close', [], undefined],
]

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>

async function filled(options?: RecordStoreOptions): Promise<MapStore & Methods> {
  const store = new MapStore(options)
  await store.set('known', data({ user: 'Ada' }))
  store.calls.length = 0
  return store as MapStore & Methods
}

describe.each(calls)('%s', (name, args, answer) => {
  it(`${name}: gives a promise`, async () => {
    const store = await filled()
    expect(await store[name]!(...args)).toEqual(answer)
  })

  it(`${name}: calls back, once, and gives no promise`, async () => {
    const store = await filled()
    const heard: unknown[][] = []
    const returned = store[name]!(...args, (...answer: unknown[]) => heard.push(answer))
    await new Promise(resolve => setTimeout(resolve, 30))
    expect(returned).toBeUndefined()
    expect(heard).toEqual([[null, answer]])
  })

  it(`${name}: never calls back before it has returned`, async () => {
    const store = await filled()
    let returned = false
    const early = await new Promise(resolve => {
      store[name]!(...args, () => resolve(!returned))
      returned = true
    })
    expect(early).toBe(false)
  })

  it(`${name}: a failure is told the way that was asked for, as the backend gave it`, async () => {
    const store = await filled()
    const failure = new Error('disk full')
    store.failing = { all: failure }
    if (name !== 'close') await expect(store[name]!(...args)).rejects.toBe(failure)
    const heard = await new Promise(resolve => store[name]!(...args, (...told: unknown[]) => resolve(told)))
    expect(heard).toEqual([failure])
  })
})

describe('opening', () => {
  it('open: happens with the first call', async () => {
    const store = new MapStore()
    expect(store.calls).toEqual([])
    await store.get('any')
    expect(store.calls).toEqual(['open', 'read'])
  })

  it('open: happens once for calls that come together', async () => {
    const store = Object.assign(new MapStore(), { delay: 20 })
    await Promise.all([store.get('a'), store.set('b', data()), store.destroy('c'), store.length()])
    expect(store.calls.filter(call => call === 'open')).toHaveLength(1)
  })

  it('open: a failure is told to every call that waited, and the next call tries again', async () => {
    const store = new MapStore()
    store.failing = { open: new Error('no database yet') }
    const told = await Promise.allSettled([store.get('a'), store.set('b', data())])
    expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    store.failing = {}
    await store.set('b', data({ user: 'Ada' }))
    expect(await store.get('b')).toMatchObject({ user: 'Ada' })
    expect(store.calls.filter(call => call === 'open')).toHaveLength(2)
  })

  it('set: keeps the session as it was when it was called, also while the store opens', async () => {
    const store = Object.assign(new MapStore(), { delay: 20 })
    const session = data({ user: 'Ada' })
    const done = store.set('known', session)
    Object.assign(session, { user: 'Eve' })
    await done
    expect(await store.get('known')).toMatchObject({ user: 'Ada' })
  })
})

describe('closing', () => {
  it('close: later calls fail with a code', async () => {
    const store = await filled()
    await store.close()
    for (const [name, args] of calls.filter(([name]) => name !== 'close')) {
      await expect(store[name]!(...args)).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
    }
    await expect(store.entries().next()).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
  })

  it('close: a second one is no error, and releases nothing twice', async () => {
    const store = await filled()
    await Promise.all([store.close(), store.close()])
    await store.close()
    expect(store.calls).toEqual(['close'])
  })

  it('close: waits for an open that is under way', async () => {
    const store = Object.assign(new MapStore(), { delay: 20 })
    const reading = store.get('any').catch(() => {})
    await store.close()
    await reading
    expect(store.calls.indexOf('open')).toBeLessThan(store.calls.indexOf('close'))
  })
})

describe('options', () => {
  it.each([
    ['ttl', 0],
    ['ttl', -1],
    ['ttl', Number.NaN],
    ['ttl', '1d'],
    ['pruneInterval', 0],
    ['pruneInterval', true],
    ['pruneInterval', 'often'],
    ['codec', {}],
    ['codec', null],
    ['codec', { parse: JSON.parse }],
  ])('option: a wrong %s (%o) is refused, by its name', (name, value) => {
    const make = () => new MapStore({ [name]: value } as RecordStoreOptions)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(`"${name}"`)
  })

  it('option: undefined is the default', () => {
    expect(new MapStore({ ttl: undefined, pruneInterval: undefined, codec: undefined }).ttl).toBe(86_400_000)
  })
})
