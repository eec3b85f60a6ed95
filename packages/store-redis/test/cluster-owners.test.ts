import { type RedisClusterServer, startRedisCluster } from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { describeOwners, sessionFor } from '../../session/test/support/owners.ts'
import { clusters } from './support/clients.ts'
import { describeMembers } from './support/owner-members.ts'
import { freshPrefix } from './support/redis.ts'

let server: RedisClusterServer
beforeAll(async () => {
  server = await startRedisCluster()
})
afterAll(() => server.stop())

function looking(): Cluster {
  const cluster = new Cluster([...server.nodes], server.options)
  onTestFinished(() => cluster.disconnect())
  return cluster
}

// One client of each package that speaks to a cluster in its own way.
const some = Object.entries(clusters).filter(([name]) => /^(ioredis 5|node-redis 5)/.test(name))

describe.each(some)('%s, on three masters', (name, connect) => {
  async function open(options: object): Promise<RedisStore> {
    const { client, end } = await connect(server.nodes, server.options.natMap)
    onTestFinished(() => void end())
    return new RedisStore({ client, ...options })
  }

  describeOwners(name, () => {
    const prefix = freshPrefix()
    return ({ pruneInterval: _, ...options }) => open({ prefix, ...options })
  })

  describeMembers(
    async prefix => ({ store: await open({ prefix, owner: 'user' }), client: looking() }),
    freshPrefix,
  )

  it('cluster: no command has keys of two slots, although the sessions of a user are on all masters', async () => {
    const [prefix, masters] = [freshPrefix(), looking()]
    const store = await open({ prefix, owner: 'user' })
    const sids = Array.from({ length: 60 }, (_, i) => `s${i}`)
    // A command over two slots would be refused: CROSSSLOT.
    await Promise.all(sids.map(sid => store.set(sid, sessionFor('ada'))))
    await masters.exists('')
    const keys = await Promise.all(masters.nodes('master').map(node => node.keys(`${prefix}s*`)))
    expect(keys.filter(found => found.length > 0)).toHaveLength(3)
    expect(await store.countOf('ada')).toBe(60)
    await store.exchange('s0', 'exchanged', sessionFor('ada'))
    await store.update('s1', session => ({ ...session, user: 'eve' }))
    expect(await store.destroyAllOf('ada', { except: 's2' })).toBe(58)
    expect((await store.ids()).sort()).toEqual(['s1', 's2'])
    await store.clear()
    expect(await masters.exists(`${prefix}coatcheck.owner:ada`)).toBe(0)
  })
})
