/**
 * What the store needs of a client: a `Redis` or `Cluster` of ioredis; a client, pool, cluster or Sentinel of node-redis.
 * ioredis is known by its method `call`, node-redis by `sendCommand`.
 */
export interface RedisClient {
  /** ioredis. */
  call?(command: string, ...args: string[]): Promise<unknown>
  /** ioredis, a cluster only. */
  nodes?(role: 'master'): RedisClient[]
  /** node-redis. ioredis has a method of this name with other parameters. */
  // biome-ignore lint/suspicious/noExplicitAny: its parameters depend on what kind of client it is
  sendCommand?(...args: any[]): any
  /** node-redis, a cluster only. */
  readonly masters?: readonly object[]
  /** node-redis, a cluster only. */
  // biome-ignore lint/suspicious/noExplicitAny: what it takes is what `masters` gives
  nodeClient?(master: any): PromiseLike<RedisClient> | RedisClient
  /** node-redis, a Sentinel only. */
  getMasterNode?(): unknown
  /** Where ioredis keeps its `keyPrefix`. */
  readonly options?: object | undefined
  /** Where node-redis keeps its `keyPrefix`, from version 6 on. */
  readonly _keyPrefix?: unknown
}

/** Sends a command, in lower case, with its arguments. */
export type Send = (...command: string[]) => Promise<unknown>

/** All clients alike. */
export interface Driver {
  /** What the client itself puts before each key that it sends, but not before patterns and not in answers. */
  readonly hiddenPrefix: string
  /** What the client was told to put before keys, and does not in commands of this kind. */
  readonly ownPrefix: string
  /** Whether a command may have keys of one slot only. */
  readonly clustered: boolean
  /** Send a command to where `key` is kept. May throw instead of giving a promise that fails. */
  command(key: string, command: readonly string[]): Promise<unknown>
  /** A way to each server that keeps keys. */
  masters(): Promise<Send[]>
}

/** Throws a TypeError when `client` is none. */
export function driverOf(client: RedisClient): Driver {
  if (typeof client?.call === 'function') return ofIoredis(client)
  if (typeof client?.sendCommand === 'function') return ofNodeRedis(client)
  throw new TypeError('The option "client" must be a client of ioredis or node-redis')
}

function ofIoredis(client: RedisClient): Driver {
  const clustered = typeof client.nodes === 'function'
  const sendTo =
    (node: RedisClient): Send =>
    (name, ...args) =>
      node.call!(name!, ...args)
  return {
    hiddenPrefix: textOf((client.options as { keyPrefix?: unknown } | undefined)?.keyPrefix),
    ownPrefix: '',
    clustered,
    command: (_, [name, ...args]) => client.call!(name!, ...args),
    async masters() {
      if (!clustered) return [sendTo(client)]
      // Before it has connected, a cluster knows only the nodes that it was given. Any command waits for that.
      await client.call!('exists', '')
      return client.nodes!('master').map(sendTo)
    },
  }
}

function ofNodeRedis(client: RedisClient): Driver {
  const clustered = typeof client.nodeClient === 'function'
  const sentinel = typeof client.getMasterNode === 'function'
  const send = (key: string, command: readonly string[]): Promise<unknown> => {
    if (clustered) return client.sendCommand!(key, false, command)
    return sentinel ? client.sendCommand!(false, command) : client.sendCommand!(command)
  }
  return {
    hiddenPrefix: '',
    ownPrefix: textOf(client._keyPrefix),
    clustered,
    command: send,
    async masters() {
      if (!clustered) return [(...command) => send('', command)]
      const nodes = await Promise.all(client.masters!.map(async master => client.nodeClient!(master)))
      return nodes.map(
        node =>
          async (...command) =>
            node.sendCommand!(command),
      )
    },
  }
}

/** A prefix may be a Buffer. */
function textOf(prefix: unknown): string {
  return prefix === undefined || prefix === null ? '' : String(prefix)
}
