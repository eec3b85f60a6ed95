import { clearTimeout, setTimeout } from 'node:timers'
import type { Isolated, Isolation, RedisClient } from './driver.ts'

/** Milliseconds without work after which a connection is closed, because it would keep the process alive. */
const IDLE = 1000

/**
 * `WATCH` belongs to a connection, and the next transaction on that connection ends it. On a shared connection, or one that has reconnected
 * meanwhile, the transaction would not be guarded. So the store uses a separate connection that never reconnects. After a failure, the
 * next transaction gets a new one. Transactions run one at a time.
 */
export function keptConnection(open: () => Promise<Isolated>): Isolation {
  let kept: Promise<Isolated> | undefined
  let tail: Promise<unknown> = Promise.resolve()
  let idle: NodeJS.Timeout | undefined

  function close(): void {
    clearTimeout(idle)
    kept?.then(connection => connection.close()).catch(() => {})
    kept = undefined
  }

  /** The kept connection, or a new one in place of one that was lost while nothing used it. */
  async function usable(): Promise<Isolated> {
    kept ??= open()
    const connection = await kept
    if (!connection.isLost?.()) return connection
    close()
    kept = open()
    return kept
  }

  async function once<T>(work: (connection: Isolated) => Promise<T>): Promise<T> {
    clearTimeout(idle)
    try {
      const result = await work(await usable())
      idle = setTimeout(close, IDLE).unref()
      return result
    } catch (error) {
      close()
      throw error
    }
  }

  return {
    run(work) {
      const result = tail.then(() => once(work))
      tail = result.catch(() => {})
      return result
    },
    close,
  }
}

/** A connection of ioredis. In a cluster it is a connection to each server. */
export async function isolatedIoredis(client: RedisClient, clustered: boolean): Promise<Isolated> {
  const once = {
    lazyConnect: true,
    enableAutoPipelining: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  }
  const own = clustered ? client.duplicate!([], { lazyConnect: true }) : client.duplicate!(once)
  // The commands report failures.
  own.on('error', () => {})
  await own.connect()
  return {
    isLost: () => own.status === 'close' || own.status === 'end',
    send: (_, [name, ...args]) => own.call(name, ...args),
    // In a cluster, UNWATCH cannot be sent to the right server. The next transaction there may fail once and is repeated.
    forget: async () => !clustered && own.unwatch(),
    async transact(_, commands) {
      const replies: [Error | null, unknown][] | null = await own.multi(commands).exec()
      return replies?.map(([error, reply]) => (error ? failed(error) : reply)) ?? null
    },
    close: () => own.disconnect(),
  }
}

/** A connection of node-redis. */
export async function isolatedNodeRedis(client: RedisClient): Promise<Isolated> {
  const { socket = {} } = (client.options ?? {}) as { socket?: object }
  const own = client.duplicate!({
    socket: { ...socket, reconnectStrategy: false },
    disableOfflineQueue: true,
  })
  own.on('error', () => {})
  await own.connect()
  return {
    isLost: () => own.isReady === false,
    send: (_, command) => own.sendCommand(command),
    forget: () => own.unwatch(),
    transact: (_, commands) => executed(own.multi(), commands, (multi, command) => multi.addCommand(command)),
    close: () => end(own),
  }
}

/** Connections of node-redis to the servers of a cluster. */
export async function isolatedCluster(client: RedisClient): Promise<Isolated> {
  const own = client.duplicate!()
  own.on('error', () => {})
  await own.connect()
  return {
    send: (key, command) => own.sendCommand(key, false, command),
    forget: key => own.sendCommand(key, false, ['unwatch']),
    transact: (key, commands) =>
      executed(own.multi(key), commands, (multi, command) => multi.addCommand(key, false, command)),
    close: () => end(own),
  }
}

/** A connection to the master, leased from a Sentinel client of node-redis. Its methods add `ownPrefix` to keys. */
export function lentBySentinel(lease: LeasedClient, ownPrefix: string): Isolated {
  return {
    // With its own method, so that it detects a reconnect.
    send: (_, command) =>
      command[0] === 'watch'
        ? lease.watch(command.slice(1).map(key => key.slice(ownPrefix.length)))
        : lease.sendCommand(false, command),
    forget: () => lease.unwatch(),
    transact: (_, commands) =>
      executed(lease.multi(), commands, (multi, command) => multi.addCommand(false, command)),
    close() {},
  }
}

/** A lease of a Sentinel client of node-redis. */
export interface LeasedClient {
  watch(keys: readonly string[]): Promise<unknown>
  unwatch(): Promise<unknown>
  sendCommand(readonly: boolean, command: readonly string[]): Promise<unknown>
  // biome-ignore lint/suspicious/noExplicitAny: the parameters of its methods depend on what kind of client it is
  multi(): any
}

/** Version 4 has another name for this method, and refuses to close a connection that was lost. */
function end(client: { destroy?(): unknown; disconnect(): Promise<unknown> }): void {
  if (client.destroy) client.destroy()
  else client.disconnect().catch(() => {})
}

async function executed(
  multi: { exec(): Promise<unknown[]> },
  commands: readonly (readonly string[])[],
  // biome-ignore lint/suspicious/noExplicitAny: its methods depend on what kind of client it is
  add: (multi: any, command: readonly string[]) => unknown,
): Promise<unknown[] | null> {
  for (const command of commands) add(multi, command)
  try {
    return await multi.exec()
  } catch (error) {
    if ((error as Error).constructor.name === 'WatchError') return null
    throw error
  }
}

function failed(error: Error): never {
  throw error
}
