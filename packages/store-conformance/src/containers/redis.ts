import { onFreePorts, start } from './container.ts'
import { redisVersion } from './redis-conf.ts'
import { type Address, type DatabaseOptions, type DatabaseServer, runningElsewhere } from './server.ts'

/** A Redis server. `options` are what `ioredis` takes. */
export interface RedisServer extends DatabaseServer {
  readonly options: Address & { db?: number; username?: string; password?: string; tls?: object }
}

/** A Redis server: the one of `REDIS_URL`, or one in a container. */
export async function startRedis(options: DatabaseOptions = {}): Promise<RedisServer> {
  const { dedicated = false, args = [] } = options
  const url = process.env.REDIS_URL
  if (url && !dedicated) return { ...runningElsewhere('REDIS_URL', url), options: redisOptions(url) }
  return onFreePorts(1, async ([port]: [number]) => {
    const container = await start('redis', {
      ...(!dedicated && { instead: 'REDIS_URL' }),
      ports: [port],
      command: ['redis-server', '--port', `${port}`, ...DURABLE, ...args],
      ready: ({ forLogMessage }) => forLogMessage(/Ready to accept connections/),
    })
    const { host, controls } = container
    return {
      ...controls,
      url: `redis://${host}:${port}`,
      options: { host, port },
      version: await redisVersion(container),
    }
  })
}

// Reachable from outside. A killed server loses nothing. Without fsync, writes do not wait for the disk.
const DURABLE = ['--protected-mode', 'no', '--appendonly', 'yes', '--appendfsync', 'no', '--save', '']

function redisOptions(url: string): RedisServer['options'] {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(pathname.length > 1 && { db: Number(pathname.slice(1)) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  }
}
