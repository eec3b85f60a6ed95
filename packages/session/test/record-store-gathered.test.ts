import { AsyncLocalStorage } from 'node:async_hooks'
import type { ReadResult, Renewal } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import { MapStore } from './support/map-backend.ts'

/** Reads several at once, and notes which. */
class GatheringStore extends MapStore {
  readonly together: string[][] = []
  readonly renewals: (Renewal | undefined)[] = []
  /** What is given for a session in place of it. */
  instead: Record<string, () => ReadResult> = {}

  protected override async _readMany(
    sids: readonly string[],
    renewal?: Renewal,
  ): Promise<readonly ReadResult[]> {
    this.together.push([...sids])
    this.renewals.push(renewal)
    if (this.failing.readMany) throw this.failing.readMany
    return sids.map(sid => this.instead[sid]?.() ?? this._read(sid))
  }
}

async function storeWith(count: number) {
  const store = new GatheringStore()
  const sids = Array.from({ length: count }, (_, i) => `sid ${i}`)
  for (const sid of sids) await store.set(sid, { cookie: { originalMaxAge: 60_000 }, sid } as never)
  store.calls.length = 0
  return { store, sids }
}

describe('reads of one turn', () => {
  it('are one read of the backend, and each has its own answer', async () => {
    const { store, sids } = await storeWith(5)
    const found = await Promise.all([...sids, 'none', 'sid 0'].map(sid => store.get(sid)))
    expect(found.map(session => (session as { sid?: string } | undefined)?.sid)).toEqual([
      ...sids,
      undefined,
      'sid 0',
    ])
    expect(store.together).toEqual([[...sids, 'none', 'sid 0']])
    expect(found[5]).toBeUndefined()
  })

  it('two of one session give two sessions', async () => {
    const { store } = await storeWith(1)
    const [one, other] = await Promise.all([store.get('sid 0'), store.get('sid 0')])
    expect(one).toEqual(other)
    expect(one).not.toBe(other)
  })

  it('one alone is an ordinary read', async () => {
    const { store } = await storeWith(1)
    expect(await store.get('sid 0')).toMatchObject({ sid: 'sid 0' })
    expect(store.together).toEqual([])
    expect(store.calls).toEqual(['read'])
  })

  it.each([
    [38, [16, 16, 6]],
    [33, [16, 16]],
    [32, [16, 16]],
  ])('%d are asked for 16 at a time, the first ones before the turn ends', async (count, lengths) => {
    const { store, sids } = await storeWith(count)
    const all = Promise.all(sids.map(sid => store.get(sid)))
    expect(store.together.map(({ length }) => length)).toEqual([16, 16])
    expect((await all).map(session => (session as unknown as { sid: string }).sid)).toEqual(sids)
    expect(store.together.map(({ length }) => length)).toEqual(lengths)
  })

  it('those that renew alike are read together, and apart from others', async () => {
    const { store } = await storeWith(3)
    const renews = [60_000, undefined, 60_000, 1000, null, undefined, null]
    await Promise.all(renews.map((renew, i) => store.get(`sid ${i}`, undefined, { renew })))
    expect(store.together).toEqual([
      ['sid 0', 'sid 2'],
      ['sid 1', 'sid 5'],
      ['sid 4', 'sid 6'],
    ])
    expect(store.renewals.map(renewal => renewal?.ttl)).toEqual([60_000, undefined, 86_400_000])
  })

  it('a failure of the backend is told to each', async () => {
    const { store, sids } = await storeWith(3)
    const failure = new Error('away')
    store.failing.readMany = failure
    const results = await Promise.allSettled(sids.map(sid => store.get(sid)))
    expect(results).toEqual(sids.map(() => ({ status: 'rejected', reason: failure })))
    store.failing = {}
    expect(await Promise.all(sids.map(sid => store.get(sid)))).toMatchObject(sids.map(sid => ({ sid })))
  })

  it('one that fails by itself, or is no session, does no harm to the others', async () => {
    const { store, sids } = await storeWith(4)
    store.instead['sid 1'] = () => Promise.reject(new Error('of another kind'))
    store.instead['sid 2'] = () => ({ data: 'no session', ttl: 1000 })
    const results = await Promise.allSettled(sids.map(sid => store.get(sid)))
    expect(results).toMatchObject([
      { status: 'fulfilled', value: { sid: 'sid 0' } },
      { status: 'rejected', reason: { message: 'of another kind' } },
      { status: 'rejected', reason: { code: 'ERR_SESSION_CORRUPT' } },
      { status: 'fulfilled', value: { sid: 'sid 3' } },
    ])
  })

  it('each goes on in the context in which it was asked for', async () => {
    const { store, sids } = await storeWith(3)
    const context = new AsyncLocalStorage<string>()
    const seen = await Promise.all(
      sids.map(sid => {
        return context.run(sid, () => {
          return new Promise(resolve => store.get(sid, () => resolve(context.getStore())))
        })
      }),
    )
    expect(seen).toEqual(sids)
  })

  it('close waits for them', async () => {
    const { store, sids } = await storeWith(3)
    const reading = Promise.all(sids.map(sid => store.get(sid)))
    await store.close()
    expect(store.calls.at(-1)).toBe('close')
    expect(await reading).toMatchObject(sids.map(sid => ({ sid })))
    expect(store.together).toHaveLength(1)
  })
})
