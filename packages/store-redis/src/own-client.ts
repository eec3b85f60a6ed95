import { createRequire } from 'node:module'
// Taken when this file is loaded, because tests of apps replace the global timers.
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers'
import { connectorWith, probe } from './connector.ts'
import type { RedisClient } from './driver.ts'
import { WrongDatabase } from './failures.ts'
import type { Place } from './parse-url.ts'
import type { Watcher } from './time-limit.ts'

/** The longest delay of a timer in Node: this timer only keeps the process alive. */
const LONGEST_TIMER = 2 ** 31 - 1
/** Milliseconds between two reconnects to a server that accepts no writes. */
const READONLY_PAUSE = 1000

/** The methods of an ioredis client that its owner uses. */
interface IoredisClient extends RedisClient {
  readonly status: string
  on(event: string, listener: (error: Error & { command?: { name?: unknown } }) => void): unknown
  connect(): Promise<unknown>
  quit(): Promise<unknown>
  disconnect(reconnect?: boolean): void
}

/** The package ioredis. */
export interface Ioredis {
  Redis: new (options: object) => unknown
  Cluster: new (nodes: Place['nodes'], options: object) => unknown
}

/** A client that the store has made, and its state. */
export interface Own extends Watcher {
  readonly client: RedisClient
  close(): Promise<void>
}

/** The watches of the clients that were made here. */
const OWNERS = new WeakMap<RedisClient, Own>()

/** The watch of this client, if the store has made the client. */
export function ownerOf(client: RedisClient): Own | undefined {
  return OWNERS.get(client)
}

/** A client that connects on first use. If the connection is lost, it connects again as soon as a command waits for it. */
export function connect(place: Place, timeout: number, ioredis: Ioredis = loadIoredis()): Own {
  const waiting = new Waiting(timeout)
  /** The last error of the client, and the last error of a socket. */
  let [failure, reason]: (Error | undefined)[] = []
  const report = (error: Error) => {
    if (client.status !== 'ready') reason = error
  }
  const client = clientOf(place, timeout, waiting, report, ioredis) as IoredisClient
  // Without a listener, `error` would end the process. The calls that fail meanwhile report the error.
  client.on('error', error => {
    failure = error
    if (error.message.startsWith('All sentinels are unreachable')) probe(place.nodes, report)
    if (error.command?.name !== 'select') return
    // ioredis would continue with database 0.
    failure = new WrongDatabase(place.db, error)
    client.disconnect()
  })
  client.on('ready', () => {
    if (failure instanceof WrongDatabase) return
    failure = undefined
    reason = undefined
  })
  const own: Own = {
    client,
    begin() {
      waiting.begin()
      // It stopped connecting when no command waited any more. A cluster that could not connect at first stays at `close`.
      if (client.status !== 'end' && client.status !== 'close') return
      failure = undefined
      client.connect().catch(() => {})
    },
    end: () => waiting.end(),
    failure: () => (failure instanceof WrongDatabase ? failure : (reason ?? failure)),
    silent() {
      // In a network that drops all packets, a connection does not break by itself.
      if (client.status === 'ready') client.disconnect(true)
    },
    async close() {
      // Calls under way are answered first, unless the server is unavailable or hangs.
      if (client.status === 'ready') await settledWithin(client.quit(), timeout)
      client.disconnect()
    },
  }
  OWNERS.set(client, own)
  return own
}

/** Counts commands that have not been answered. While there are none, nothing keeps the process alive. */
class Waiting {
  readonly #unlimited: boolean
  #count = 0
  /** Attempts to connect since a command began to wait. */
  #attempts = 0
  #timer: NodeJS.Timeout | undefined

  constructor(timeout: number) {
    this.#unlimited = timeout === 0
  }

  begin(): void {
    if (this.#count++ > 0) return
    this.#attempts = 0
    // With a time limit, its timer keeps the process alive.
    if (this.#unlimited) this.#timer = setInterval(() => {}, LONGEST_TIMER)
  }

  end(): void {
    if (--this.#count === 0) clearInterval(this.#timer)
  }

  /** Milliseconds to wait before the next attempt to connect; `null` for no attempt. */
  pause = (): number | null => (this.#count === 0 ? null : Math.min(++this.#attempts * 50, 1000))
}

function clientOf(
  place: Place,
  timeout: number,
  { pause }: Waiting,
  report: (error: Error) => void,
  { Redis, Cluster }: Ioredis,
): unknown {
  const Connector = connectorWith(report)
  const { kind, tls, nodes, username, password, db, name } = place
  const common = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
    lazyConnect: true,
    // Callers see the store's own limit, which is shorter. This one removes commands that a hanging server would keep in the client.
    ...(timeout > 0 && { commandTimeout: Math.min(2 * timeout, LONGEST_TIMER), connectTimeout: timeout }),
    keepAlive: 10_000,
    reconnectOnError: reconnectsOnReadonly(kind),
  }
  if (kind === 'cluster') {
    const redisOptions = { ...common, Connector }
    return new Cluster(nodes, { lazyConnect: true, redisOptions, clusterRetryStrategy: pause })
  }
  // If the server refuses connections, requests fail at once instead of waiting.
  const server = { ...common, db, retryStrategy: pause, maxRetriesPerRequest: 1 }
  // A server that is loading its data answers with LOADING. But with a database, nothing may be sent before SELECT was answered.
  if (kind === 'single') {
    return new Redis({ ...server, ...nodes[0], Connector, enableReadyCheck: db !== 0 })
  }
  const sentinel = { sentinels: nodes, name, sentinelRetryStrategy: pause }
  return new Redis({
    ...server,
    ...sentinel,
    ...(tls && { sentinelTLS: {}, enableTLSForSentinelMode: true }),
  })
}

/**
 * A master has become a replica: connect again, because its name may resolve to another server now, but not too often. Sentinels know the
 * new master, so the command is sent again (2 in ioredis). Otherwise it fails (1).
 */
function reconnectsOnReadonly(kind: Place['kind']): (error: Error) => 1 | 2 | false {
  let last = Number.NEGATIVE_INFINITY
  return ({ message }) => {
    if (!message.startsWith('READONLY') || Date.now() - last < READONLY_PAUSE) return false
    last = Date.now()
    return kind === 'sentinel' ? 2 : 1
  }
}

/** Ignores the result: the connection is closed in any case. */
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
    // A bundle in the form of an ES module may have no `require`.
    const missing = (cause as { code?: unknown }).code === 'MODULE_NOT_FOUND'
    if (!missing && !(cause instanceof ReferenceError)) throw cause
    throw new Error(
      'RedisStore.open needs the package ioredis: npm install ioredis. In a bundle without that package, pass a client: new RedisStore({ client })',
      { cause },
    )
  }
}
