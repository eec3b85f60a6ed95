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
  /** Another client with the same settings, for transactions of the store's own. A pool of node-redis has none. */
  // biome-ignore lint/suspicious/noExplicitAny: its parameters depend on what kind of client it is
  duplicate?(...overrides: any[]): any
  /** node-redis, a pool only: work with a connection that nobody else uses meanwhile. */
  // biome-ignore lint/suspicious/noExplicitAny: what it gives is a client
  execute?(work: (client: any) => any): Promise<any>
  /** node-redis, a Sentinel only: the same. */
  // biome-ignore lint/suspicious/noExplicitAny: what it gives is a client
  use?(work: (client: any) => any): Promise<any>
  /** Where ioredis keeps its `keyPrefix`. */
  readonly options?: object | undefined
  /** Where node-redis keeps its `keyPrefix`, from version 6 on. */
  readonly _keyPrefix?: unknown
}

/** Sends a command, in lower case, with its arguments. */
export type Send = (...command: string[]) => Promise<unknown>

/** A connection that nobody else uses, so that it may watch keys. */
export interface Isolated {
  /** Send a command to where `key` is kept. */
  send(key: string, command: readonly string[]): Promise<unknown>
  /** Run the commands, all about keys of one server, as one transaction. `null`: a watched key has changed, and nothing was done. */
  transact(key: string, commands: readonly (readonly string[])[]): Promise<unknown[] | null>
  /** Watch no key any more. */
  forget(key: string): Promise<unknown>
  close(): void
}

/** Takes a connection that nobody else uses, lets `work` have it, and gives it back. */
export interface Isolation {
  run<T>(work: (connection: Isolated) => Promise<T>): Promise<T>
  /** End the connection that is kept for the next time. */
  close(): void
}

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
  /** Connections that nobody else uses. */
  readonly isolation: Isolation
}
