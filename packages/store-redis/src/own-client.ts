import { createRequire } from 'node:module'
import type { RedisClient } from './client.ts'
import type { Place } from './parse-url.ts'
import type { Watcher } from './time-limit.ts'

/** A client of ioredis, as far as its owner needs it. */
interface IoredisClient extends RedisClient {
  readonly status: string
  on(event: string, listener: (error: Error) => void): unknown
  quit(): Promise<unknown>
  disconnect(reconnect?: boolean): void
}

/** The package ioredis. */
export interface Ioredis {
  Redis: new (options: object) => unknown
  Cluster: new (nodes: Place['nodes'], options: object) => unknown
}

/** A client of our own, and what it can tell. */
export interface Own extends Watcher {
  readonly client: RedisClient
  close(): Promise<void>
}

/** A client that connects on first use, and again whenever the connection was lost. */
export function connect(place: Place, timeout: number, ioredis: Ioredis = loadIoredis()): Own {
  const client = clientOf(place, timeout, ioredis) as IoredisClient
  let failure: Error | undefined
  // Nobody else listens. What it says is told by the calls that fail meanwhile.
  client.on('error', error => {
    failure = error
  })
  client.on('ready', () => {
    failure = undefined
  })
  return {
    client,
    failure: () => failure,
    silent() {
      // A network that swallows everything breaks no connection.
      if (client.status === 'ready') client.disconnect(true)
    },
    async close() {
      // What is under way is answered first, unless the server is away or hangs.
      if (client.status === 'ready') await settledWithin(client.quit(), timeout)
      client.disconnect()
    },
  }
}

function clientOf(place: Place, timeout: number, { Redis, Cluster }: Ioredis): unknown {
  const { kind, tls, nodes, username, password, db, name } = place
  const security = tls ? { tls: {} } : {}
  const common = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...security,
    lazyConnect: true,
    // The limit that callers meet comes first; this one ends what a server that hangs would keep in the client for good.
    ...(timeout > 0 && { commandTimeout: Math.min(2 * timeout, 2 ** 31 - 1), connectTimeout: timeout }),
    keepAlive: 10_000,
    // A master that has become a replica: connect again and send the command once more.
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 2 : false),
  }
  const pause = (times: number) => Math.min(times * 50, 1000)
  if (kind === 'cluster') {
    return new Cluster(nodes, { lazyConnect: true, redisOptions: common, clusterRetryStrategy: pause })
  }
  const server = {
    ...common,
    db,
    retryStrategy: pause,
    // A server that refuses connections fails requests at once instead of keeping them.
    maxRetriesPerRequest: 1,
    enableAutoPipelining: true,
  }
  if (kind === 'single') return new Redis({ ...server, ...nodes[0] })
  const sentinel = { sentinels: nodes, name, sentinelRetryStrategy: pause }
  return new Redis({
    ...server,
    ...sentinel,
    ...(tls && { sentinelTLS: {}, enableTLSForSentinelMode: true }),
  })
}

/** Whether it succeeds or fails is of no interest: the connection is given up in any case. */
function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise(resolve => {
    const timer = ms > 0 ? setTimeout(resolve, ms) : undefined
    const settled = () => {
      clearTimeout(timer)
      resolve()
    }
    work.then(settled, settled)
  })
}

function loadIoredis(): Ioredis {
  try {
    return createRequire(import.meta.url)('ioredis') as Ioredis
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw cause
    throw new Error('RedisStore.open needs the package ioredis: npm install ioredis', { cause })
  }
}
