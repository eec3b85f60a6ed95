import { defineSubject, type Subject } from '@coatcheck/store-conformance'
import type { RedisClusterServer, RedisSentinelServer } from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import { Cluster, Redis } from 'ioredis'
import type { Connected } from './support/clients.ts'

/** Where the server is for which this subject runs. */
export interface Place {
  name: string
  /** A client of its own for a store, as each process of an app has. */
  connect(): Promise<Connected>
  /** The driver's own client, to look behind the store with. */
  look(): LookingClient
}

/** The methods of ioredis' `Redis` and `Cluster` that are used to look. */
export interface LookingClient {
  set(key: string, value: string, unit: 'PX', ms: number): Promise<unknown>
  pttl(key: string): Promise<number>
  pexpire(key: string, ms: number): Promise<number>
  keysOf(prefix: string): Promise<string[]>
  flushdb(): Promise<unknown>
  /** `9`, more than there are: the server is read, and refuses writes. */
  config(set: 'SET', name: 'min-replicas-to-write', replicas: 0 | 9): Promise<unknown>
  disconnect(): void
}

/** All stores of a run share two connections, so that races are between connections too. */
export function subjectOf({ name, connect, look }: Place): Subject {
  let connections: Connected[] = []
  let looking: LookingClient
  let made = 0
  const prefixes = new WeakMap<RedisStore, string>()
  const keyOf = (store: RedisStore, sid: string) => prefixes.get(store) + sid
  return defineSubject({
    name,
    granularityMs: 1,
    shared: true,
    // On a busy machine a process waits for its turn longer than Redis takes to answer.
    deadlineMs: 6000,
    async setup() {
      connections = await Promise.all([connect(), connect()])
      looking = look()
    },
    async teardown() {
      for (const { end } of connections) await end()
      await looking.flushdb()
      looking.disconnect()
    },
    create({ namespace, ttlMs, owner, chaos }) {
      const { client } = connections[made++ % connections.length]!
      // As the README tells: prefix and id are put together as they are, and a colon keeps them apart.
      const prefix = `${namespace}:`
      const store = new RedisStore({ client: chaos(client), prefix, ttl: ttlMs, owner, timeout: 2000 })
      prefixes.set(store, prefix)
      return store
    },
    backend: {
      putRaw: (store: RedisStore, sid, text) => looking.set(keyOf(store, sid), text, 'PX', 60_000),
      rows: async (store: RedisStore) => (await looking.keysOf(prefixes.get(store)!)).length,
      lock: () => looking.config('SET', 'min-replicas-to-write', 9),
      up: () => looking.config('SET', 'min-replicas-to-write', 0),
      sweep: (store: RedisStore) => store.prune(),
      async age(store: RedisStore, sid, ms) {
        const key = keyOf(store, sid)
        await looking.pexpire(key, (await looking.pttl(key)) - ms)
      },
    },
  })
}

/** Looks at one server. */
export function lookAt(url: string): LookingClient {
  return looking(new Redis(url))
}

/** Looks at the master of the day. */
export function lookAtMaster({ options }: RedisSentinelServer): LookingClient {
  return looking(new Redis(options))
}

function looking(redis: Redis): LookingClient {
  const keysOf = async (prefix: string) => (await redis.keys('*')).filter(key => key.startsWith(prefix))
  return Object.assign(redis, { keysOf })
}

/** Looks at all masters. */
export function lookAtCluster({ nodes, options }: RedisClusterServer): LookingClient {
  const cluster = new Cluster([...nodes], options)
  const keysOf = async (prefix: string) => {
    await cluster.exists('')
    const pages = await Promise.all(cluster.nodes('master').map(node => node.keys('*')))
    return pages.flat().filter(key => key.startsWith(prefix))
  }
  const flushdb = () => Promise.all(cluster.nodes('master').map(node => node.flushdb()))
  const config: LookingClient['config'] = (...args) =>
    Promise.all(cluster.nodes('master').map(node => node.config(...args)))
  return Object.assign(cluster, { keysOf, flushdb, config })
}
