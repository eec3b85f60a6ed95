import { startRedis } from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import { describe, expect, it, vi } from 'vitest'
import { openClient, openStore, own, sessionOf, storeOn } from './support/redis.ts'

describe('listing', () => {
  it.each([1, 7, 100, 5000])(
    'entries: with a scanCount of %j each live session is there, once',
    async scanCount => {
      const { store, client } = storeOn({ scanCount })
      await Promise.all(Array.from({ length: 500 }, (_, i) => store.set(`sid ${i}`, sessionOf({ i }))))
      const seen: string[] = []
      for await (const [sid] of store.entries()) seen.push(sid)
      expect(seen).toHaveLength(500)
      expect(new Set(seen).size).toBe(500)
      expect(await store.length()).toBe(500)
      await store.clear()
      expect(await store.length()).toBe(0)
      expect(client.status).toBe('ready')
    },
  )

  it.each([0, -1, 1.5, '100', Number.NaN])('scanCount: %j is none', scanCount => {
    const message = 'The option "scanCount" must be a whole number greater than 0'
    expect(() => storeOn({ scanCount: scanCount as number })).toThrow(new TypeError(message))
  })

  it('entries: can be left early', async () => {
    const { store } = storeOn({ scanCount: 10 })
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.set(`sid ${i}`, sessionOf())))
    for await (const [sid] of store.entries()) {
      expect(sid).toMatch(/^sid /)
      break
    }
    expect(await store.length()).toBe(100)
  })

  it('entries: no session twice when the server makes its table smaller meanwhile', async () => {
    const args = ['--enable-debug-command', 'yes']
    const server = await own(startRedis({ dedicated: true, args }))
    const client = openClient({ enableAutoPipelining: true }, server.url)
    const tableSize = async () =>
      Number(/table size: (\d+)/.exec(String(await client.call('debug', 'htstats', '0')))![1])
    const settled = async () => !String(await client.call('debug', 'htstats', '0')).includes('Hash table 1')
    const store = new RedisStore({ client, scanCount: 10 })
    const text = JSON.stringify(sessionOf())
    const sids = Array.from({ length: 10_000 }, (_, i) => String(i))
    const kept = sids.filter((_, i) => i % 40 === 0)
    const doomed = sids.filter((_, i) => i % 40 !== 0).map(sid => `sess:${sid}`)

    // Whether SCAN repeats itself depends on the place that it has come to by then.
    for (let first = 1; first <= 6; first++) {
      await Promise.all(sids.map(sid => client.set(`sess:${sid}`, text)))
      await vi.waitUntil(settled)
      const before = await tableSize()
      const seen: string[] = []
      for await (const [sid] of store.entries()) {
        seen.push(sid)
        if (seen.length !== first * 10) continue
        await client.unlink(doomed)
        await vi.waitUntil(async () => (await settled()) && (await tableSize()) < before / 8)
      }
      expect(new Set(seen).size).toBe(seen.length)
      expect(kept.filter(sid => !seen.includes(sid))).toEqual([])
    }
  })

  it('clear, entries, length: nothing but this database', async () => {
    const url = openClient().options
    const here = openStore({ prefix: 'sess:' }, `redis://${url.host}:${url.port}/11`)
    const there = openStore({ prefix: 'sess:' }, `redis://${url.host}:${url.port}/12`)
    await here.set('a', sessionOf())
    await there.set('b', sessionOf())
    expect(await here.ids()).toEqual(['a'])
    await here.clear()
    expect(await there.ids()).toEqual(['b'])
    await there.clear()
  })
})
