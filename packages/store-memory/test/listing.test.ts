import { describe, expect, it } from 'vitest'
import { at, openStore, sessionOf } from './support/stores.ts'

/** More than two slices. */
const MANY = 2345
const ODD = ['', '__proto__', 'constructor', 'a/../b', '%', 'ключ', '😀', '\ud800', ' ', '\0', '\x01']

describe('listing', () => {
  async function filled() {
    at(0)
    const store = openStore()
    const ids = [...ODD]
    for (let i = 0; ids.length < MANY; i++) ids.push(`sid ${i}`)
    for (const [i, sid] of ids.entries()) {
      await store.set(sid, sessionOf({ sid }, 60_000))
      if (i % 3 === 0) await store.set(`expired ${i}`, sessionOf({}, 1))
      if (i % 7 === 0) await store.set(`gone ${i}`, sessionOf({}, 60_000))
    }
    for (let i = 0; i < MANY; i += 7) await store.destroy(`gone ${i}`)
    at(1)
    return { store, ids }
  }

  it('entries: gives every live session once, odd ids included', async () => {
    const { store, ids } = await filled()
    const seen: string[] = []
    for await (const [sid, session] of store.entries()) {
      expect((session as { sid?: unknown }).sid).toBe(sid)
      seen.push(sid)
    }
    expect(seen).toHaveLength(MANY)
    expect(new Set(seen)).toEqual(new Set(ids))
    expect(new Set(await store.ids())).toEqual(new Set(ids))
    expect(await store.length()).toBe(MANY)
    expect(Object.keys(await store.all()).sort()).toEqual([...ids].sort())
  })

  it('entries: misses none and gives none twice, while sessions are used, changed, destroyed and added', async () => {
    const { store, ids } = await filled()
    const seen: string[] = []
    for await (const [sid] of store.entries()) {
      seen.push(sid)
      const other = ids[(seen.length * 31) % MANY]!
      await store.get(other)
      await store.touch(other, sessionOf({}, 90_000))
      await store.set(other, sessionOf({ sid: other, text: 'x'.repeat(seen.length % 50) }, 60_000))
      if (seen.length % 10 === 0) await store.prune()
      if (seen.length % 100 === 0) await store.set(`new ${seen.length}`, sessionOf({}, 60_000))
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(ids.filter(sid => !seen.includes(sid))).toEqual([])
  })

  it('entries: each may be destroyed on the way', async () => {
    const { store, ids } = await filled()
    const seen: string[] = []
    for await (const [sid] of store.entries()) {
      seen.push(sid)
      await store.destroy(sid)
    }
    expect(new Set(seen)).toEqual(new Set(ids))
    expect(await store.length()).toBe(0)
  })

  it('entries: ends with clear, and may be left early', async () => {
    const { store } = await filled()
    for await (const _ of store.entries()) break
    let seen = 0
    for await (const _ of store.entries()) if (++seen === 3) await store.clear()
    expect(seen).toBe(3)
    await store.set('later', sessionOf())
    expect(await store.ids()).toEqual(['later'])
  })

  it('entries: lets requests through in between', async () => {
    const { store } = await filled()
    let turns = 0
    let probe = setImmediate(function look() {
      turns++
      probe = setImmediate(look)
    })
    for await (const _ of store.entries());
    clearImmediate(probe)
    expect(turns).toBeGreaterThanOrEqual(2)
  })
})

describe('close', () => {
  it('close: frees what the sessions took, also while they are listed', async () => {
    const store = openStore()
    for (let i = 0; i < 10; i++) await store.set(`${i}`, sessionOf())
    const listing = store.entries()
    await listing.next()
    await store.close()
    expect(store.usage()).toEqual({ sessions: 0, bytes: 0 })
    await listing.return()
    await expect(store.get('1')).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
    await expect(store.set('1', sessionOf())).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
    expect(store.usage()).toEqual({ sessions: 0, bytes: 0 })
    await store.close()
  })
})
