import type { RecordStoreOptions } from '@coatcheck/session'
import {
  type RedisClusterServer,
  startRedis,
  startRedisCluster,
} from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { describeExchange } from '../../session/test/support/exchange.ts'
import { describeGatheredReads } from '../../session/test/support/gathered-reads.ts'
import { inMatrix } from '../../session/test/support/in-matrix.ts'
import { describeRenewals } from '../../session/test/support/renewals.ts'
import { sealed } from '../../session/test/support/sealed.ts'
import { type Connected, differing, differingClusters } from './support/clients.ts'
import { freshPrefix, openClient, own, sessionOf, storeOn } from './support/redis.ts'

/** Counts the commands that a client is given from now on. */
function counted({ client }: Connected): () => number {
  let count = 0
  const method = client.call ? 'call' : 'sendCommand'
  const send = client[method]!.bind(client)
  client[method] = (...command: string[]) => {
    count++
    return send(...(command as [string]))
  }
  return () => count
}

function describeOn(name: string, connect: () => Promise<Connected>, clustered = false): void {
  const open = async (options?: RecordStoreOptions) => {
    const connections = await Promise.all([connect(), connect()])
    onTestFinished(() => {
      for (const { end } of connections) end()
    })
    const prefix = freshPrefix()
    const [store, other] = connections.map(({ client }) => new RedisStore({ ...options, client, prefix }))
    return { store: store!, other: other!, trips: counted(connections[0]!) }
  }
  describeRenewals(name, open)
  describeGatheredReads(name, !clustered, open)
  describeExchange(name, clustered ? 2 : 1, open)
  if (!inMatrix && name !== 'ioredis 5') return
  describeRenewals(`${name}, hashed and encrypted`, sealed(open))
  describeGatheredReads(`${name}, hashed and encrypted`, !clustered, sealed(open))
  describeExchange(`${name}, hashed and encrypted`, clustered ? 2 : 1, sealed(open))
}

for (const [name, connect] of differing) describeOn(name, () => connect(inject('redisUrl')))

describe('cluster', () => {
  let server: RedisClusterServer
  beforeAll(async () => {
    server = await startRedisCluster()
  })
  afterAll(() => server.stop())

  for (const [name, connect] of differingClusters) {
    describeOn(`${name}, on three masters`, () => connect(server.nodes, server.options.natMap), true)
  }
})

describe('reads of one turn', () => {
  it.each([undefined, 60_000])('a key of another kind fails by itself: renew %s', async renew => {
    const { store, client, prefix } = storeOn()
    await client.hset(`${prefix}b`, 'field', 'value')
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    await store.set('c', sessionOf({ n: 3 }, 60_000))
    const results = await Promise.allSettled(['a', 'b', 'c'].map(sid => store.get(sid, undefined, { renew })))
    expect(results).toMatchObject([
      { value: { n: 1 } },
      { reason: { name: 'ReplyError', message: expect.stringMatching(/^WRONGTYPE /) } },
      { value: { n: 3 } },
    ])
  })
})

describe('a cluster that looks like one server', () => {
  async function looksLikeOne() {
    const server = await own(startRedis({ dedicated: true, args: ['--cluster-enabled', 'yes'] }))
    const client = openClient({}, server.url)
    await client.call('cluster', 'addslotsrange', '0', '16383')
    while (!String(await client.call('cluster', 'info')).includes('cluster_state:ok'));
    return { client, store: new RedisStore({ client }) }
  }

  it('sessions are read one by one from the first time on that it says so', async () => {
    const { store, client } = await looksLikeOne()
    const trips = counted({ client, end() {} } as Connected)
    const sids = ['a', 'b', 'c', 'd']
    for (const sid of sids) await store.set(sid, sessionOf({ sid }, 60_000))
    const before = trips()
    for (const round of [1, 2]) {
      const found = await Promise.all(sids.map(sid => store.get(sid, undefined, { renew: 60_000 })))
      expect(found, `round ${round}`).toMatchObject(sids.map(sid => ({ sid })))
    }
    // All together; each by the hash of a script that the server does not know, and as text; each by the hash.
    expect(trips() - before).toBe(1 + 4 + 4 + 4)
    expect(await store.exchange('a', 'e', sessionOf({ sid: 'e' }, 60_000))).toBe(true)
    expect((await store.ids()).sort()).toEqual(['b', 'c', 'd', 'e'])
    await store.clear()
    expect(await store.length()).toBe(0)
  })

  it.each(['exchange', 'clear'] as const)('%s: two keys in one command are tried once', async method => {
    const { store, client } = await looksLikeOne()
    await Promise.all(['a', 'b', 'c', 'd'].map(sid => store.set(sid, sessionOf({ sid }, 60_000))))
    if (method === 'exchange') await store.exchange('a', 'e', sessionOf({}, 60_000))
    else await store.clear()
    const keys = await client.keys('sess:*')
    expect(keys.sort()).toEqual(method === 'exchange' ? ['sess:b', 'sess:c', 'sess:d', 'sess:e'] : [])
  })
})

describe('renew', () => {
  it('renew: a key without an end gets one', async () => {
    const { store, client, prefix } = storeOn()
    await client.set(`${prefix}a`, JSON.stringify(sessionOf({}, 60_000)))
    await store.get('a', undefined, { renew: 60_000 })
    expect(await client.pttl(`${prefix}a`)).toBeGreaterThan(50_000)
  })

  it('renew: a server that takes no writes lets sessions be read', async () => {
    const replica = await own(startRedis({ dedicated: true }))
    const admin = openClient({}, replica.url)
    const store = new RedisStore({ client: openClient({}, replica.url) })
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    // Of a master that cannot be reached: it keeps what it has.
    await admin.replicaof('127.0.0.1', 1)
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ user: 'Ada' })
  })
})
