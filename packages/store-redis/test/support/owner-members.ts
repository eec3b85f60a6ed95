import type { RedisStore } from '@coatcheck/store-redis'
import { expect, it } from 'vitest'
import { sessionFor } from '../../../session/test/support/owners.ts'

/** The commands of ioredis' `Redis` and `Cluster` on a sorted set. */
export interface SortedSets {
  zadd(key: string, score: number, member: string): Promise<unknown>
  zrange(key: string, from: number, to: number): Promise<string[]>
}

/** Long enough ago that the session of a member is not about to be written. */
const AGES = 700_000

/** What a set has of sessions that are gone. `open` makes a store with this prefix, and a client to look behind it. */
export function describeMembers(
  open: (prefix: string) => Promise<{ store: RedisStore; client: SortedSets }>,
  freshPrefix: () => string,
): void {
  async function prepare() {
    const prefix = freshPrefix()
    const { store, client } = await open(prefix)
    const key = `${prefix}coatcheck.owner:ada`
    await store.set('live', sessionFor('ada'))
    await client.zadd(key, Date.now() - AGES, 'gone')
    const members = async () => (await client.zrange(key, 0, -1)).sort()
    return { store, client, key, members }
  }

  it('a list skips a member whose session is gone, and removes it', async () => {
    const { store, client, key, members } = await prepare()
    await client.zadd(key, Date.now(), 'young')
    expect(await store.countOf('ada')).toBe(1)
    // The session of a young member may be about to be written.
    expect(await members()).toEqual(['live', 'young'])
  })

  it('a login removes a member whose session is gone', async () => {
    const { store, members } = await prepare()
    await store.set('second', sessionFor('ada'))
    expect(await members()).toEqual(['live', 'second'])
  })

  it('a session that has expired is skipped, and does not keep others from being ended', async () => {
    const { store, client, key } = await prepare()
    for (let i = 0; i < 20; i++) await client.zadd(key, Date.now() - AGES, `gone ${i}`)
    await store.set('second', sessionFor('ada'))
    expect(await store.destroyAllOf('ada')).toBe(2)
    expect(await store.countOf('ada')).toBe(0)
  })
}
