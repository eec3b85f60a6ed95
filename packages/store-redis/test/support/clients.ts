import type { Address } from '@coatcheck/store-conformance/containers'
import type { RedisClient } from '@coatcheck/store-redis'
import * as ioredis5 from 'ioredis'
import * as ioredis6 from 'ioredis6'
import { Redis as Iovalkey } from 'iovalkey'
import * as redis5 from 'redis'
import * as redis4 from 'redis4'
import * as redis6 from 'redis6'
import { inject } from 'vitest'
import { chosen } from '../../../session/test/support/in-matrix.ts'

/** A connected client, and how to end it. */
export interface Connected {
  client: RedisClient
  end(): unknown
}

/** Clients of one server, by package. */
export const clients: Record<string, (url: string) => Promise<Connected>> = {
  'ioredis 5': async url => ofIoredis(new ioredis5.Redis(url)),
  'ioredis 6': async url => ofIoredis(new ioredis6.Redis(url)),
  iovalkey: async url => ofIoredis(new Iovalkey(url)),
  'node-redis 4': async url => {
    const client = await redis4.createClient({ url }).on('error', ignore).connect()
    return { client: client as RedisClient, end: () => client.disconnect() }
  },
  'node-redis 5': async url => ofNodeRedis(await redis5.createClient({ url }).on('error', ignore).connect()),
  'node-redis 6': async url => ofNodeRedis(await redis6.createClient({ url }).on('error', ignore).connect()),
}

/** The same client for a user who may run neither scripts nor functions, or less than that. */
export async function restricted(
  connect: (url: string) => Promise<Connected>,
  url: string = inject('redisUrl'),
  ...rules: string[]
): Promise<Connected> {
  const name = `restricted${rules.join('')}`.replaceAll(/\W/g, '')
  const admin = new ioredis5.Redis(url)
  await admin.call('acl', 'setuser', name, 'on', '>pass', '~*', '&*', '+@all', '-@scripting', ...rules)
  admin.disconnect()
  const as = new URL(url)
  Object.assign(as, { username: name, password: 'pass' })
  return connect(as.href)
}

/** The clients that differ most, and in the matrix all. */
export const differing: [string, (url: string) => Promise<Connected>][] = chosen(clients, [
  'ioredis 5',
  'node-redis 5',
])

type NatMap = Record<string, Address>

/** Clients of a cluster, by package. */
export const clusters: Record<string, (nodes: readonly Address[], natMap: NatMap) => Promise<Connected>> = {
  'ioredis 5': async (nodes, natMap) => ofIoredis(new ioredis5.Cluster([...nodes], { natMap })),
  'ioredis 6': async (nodes, natMap) => ofIoredis(new ioredis6.Cluster([...nodes], { natMap })),
  'node-redis 5': async (nodes, natMap) =>
    ofNodeRedis(
      await redis5
        .createCluster({ rootNodes: nodes.map(rootNode), nodeAddressMap: natMap })
        .on('error', ignore)
        .connect(),
    ),
  'node-redis 6': async (nodes, natMap) =>
    ofNodeRedis(
      await redis6
        .createCluster({ rootNodes: nodes.map(rootNode), nodeAddressMap: natMap })
        .on('error', ignore)
        .connect(),
    ),
}

/** The same of clients of a cluster. */
export const differingClusters: [string, (typeof clusters)[string]][] = chosen(clusters, [
  'ioredis 5',
  'node-redis 5',
])

function rootNode({ host, port }: Address) {
  return { url: `redis://${host}:${port}` }
}

/** Without a listener node-redis ends the process, and ioredis prints. What fails is told by the commands. */
function ignore(): void {}

function ofIoredis<
  C extends RedisClient & { disconnect(): unknown; on(event: 'error', listener: () => void): unknown },
>(client: C): Connected {
  client.on('error', ignore)
  return { client, end: () => client.disconnect() }
}

function ofNodeRedis<C extends RedisClient & { destroy(): unknown }>(client: C): Connected {
  return { client, end: () => client.destroy() }
}
