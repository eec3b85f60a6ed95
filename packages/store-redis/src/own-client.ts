import { createRequire } from 'node:module'
// Taken as this file is loaded: tests of apps put others in their place.
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers'
import { connectorWith, probe } from './connector.ts'
import type { RedisClient } from './driver.ts'
import { WrongDatabase } from './failures.ts'
import type { Place } from './parse-url.ts'
import type { Watcher } from './time-limit.ts'

/** Node's longest, for a timer that is only there. */
const LONGEST_TIMER = 2 ** 31 - 1
/** Milliseconds between two new connections to a server that takes no writes. */
const READONLY_PAUSE = 1000

/** A client of ioredis, as far as its owner needs it. */
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

/** A client of our own, and what it can tell. */
export interface Own extends Watcher {
  readonly client: RedisClient
  close(): Promise<void>
}

/** What watches over the clients that were made here. */
const OWNERS = new WeakMap<RedisClient, Own>()

/** What watches over this client, if it is one of our own. */
export function ownerOf(client: RedisClient): Own | undefined {
  return OWNERS.get(client)
}

/** A client that connects on first use, and again whenever the connection was lost and a command waits for it. */
export function connect(place: Place, timeout: number, ioredis: Ioredis = loadIoredis()): Own {
  const waiting = new Waiting(timeout)
  /** The latest one, and what a socket said of it. */
  let [failure, reason]: (Error | undefined)[] = []
  const report = (error: Error) => {
    if (client.status !== 'ready') reason = error
  }
  const client = clientOf(place, timeout, waiting, report, ioredis) as IoredisClient
  // Nobody else listens. What it says is told by the calls that fail meanwhile.
  client.on('error', error => {
    failure = error
    if (error.message.startsWith('All sentinels are unreachable')) probe(place.nodes, report)
    if (error.command?.name !== 'select') return
    // ioredis would go on with database 0.
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
      // It has given up connecting when nobody waited any more. A cluster that could not be connected to at first stays at `close`.
      if (client.status !== 'end' && client.status !== 'close') return
      failure = undefined
      client.connect().catch(() => {})
    },
    end: () => waiting.end(),
    failure: () => (failure instanceof WrongDatabase ? failure : (reason ?? failure)),
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
  OWNERS.set(client, own)
  return own
}

/** Commands that have not been answered. While there are none, nothing keeps the process alive. */
class Waiting {
  readonly #unlimited: boolean
  #count = 0
  /** To connect, since a command waits. */
  #attempts = 0
  #timer: NodeJS.Timeout | undefined

  constructor(timeout: number) {
    this.#unlimited = timeout === 0
  }

  begin(): void {
    if (this.#count++ > 0) return
    this.#attempts = 0
    // The timer of a time limit keeps the process alive as well.
    if (this.#unlimited) this.#timer = setInterval(() => {}, LONGEST_TIMER)
  }

  end(): void {
    if (--this.#count === 0) clearInterval(this.#timer)
  }

  /** How many milliseconds to wait before the next attempt to connect; `null` for none. */
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
    // The limit that callers meet comes first; this one ends what a server that hangs would keep in the client for good.
    ...(timeout > 0 && { commandTimeout: Math.min(2 * timeout, LONGEST_TIMER), connectTimeout: timeout }),
    keepAlive: 10_000,
    reconnectOnError: reconnectsOnReadonly(kind),
  }
  if (kind === 'cluster') {
    const redisOptions = { ...common, Connector }
    return new Cluster(nodes, { lazyConnect: true, redisOptions, clusterRetryStrategy: pause })
  }
  // A server that refuses connections fails requests at once instead of keeping them.
  const server = { ...common, db, retryStrategy: pause, maxRetriesPerRequest: 1 }
  // A server that is loading its data says so by itself. But with a database, nothing is sent before the answer to SELECT is there.
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
 * A master that has become a replica: connect again, as its name may lead to another server now, but not all the time. Sentinels know
 * the new master: there the command is sent once more (2 in ioredis); elsewhere it has failed (1).
 */
function reconnectsOnReadonly(kind: Place['kind']): (error: Error) => 1 | 2 | false {
  let last = Number.NEGATIVE_INFINITY
  return ({ message }) => {
    if (!message.startsWith('READONLY') || Date.now() - last < READONLY_PAUSE) return false
    last = Date.now()
    return kind === 'sentinel' ? 2 : 1
  }
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
    // In a bundle that is an ES module there may be no `require`.
    const missing = (cause as { code?: unknown }).code === 'MODULE_NOT_FOUND'
    if (!missing && !(cause instanceof ReferenceError)) throw cause
    throw new Error(
      'RedisStore.open needs the package ioredis: npm install ioredis; in a bundle that has no such package, pass a client: new RedisStore({ client })',
      { cause },
    )
  }
}
