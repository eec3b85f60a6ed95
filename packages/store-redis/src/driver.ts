/**
 * The methods of a client that the store uses: a `Redis` or `Cluster` of ioredis; a client, pool, cluster or Sentinel of node-redis.
 * A client with `call` is one of ioredis, a client with `sendCommand` one of node-redis, a client with `customCommand` one of Valkey GLIDE.
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
  // biome-ignore lint/suspicious/noExplicitAny: it takes an element of `masters`
  nodeClient?(master: any): PromiseLike<RedisClient> | RedisClient
  /** node-redis, a Sentinel only. */
  getMasterNode?(): unknown
  /** Valkey GLIDE. */
  // biome-ignore lint/suspicious/noExplicitAny: its options and results are its own
  customCommand?(command: any[]): Promise<any>
  /** Valkey GLIDE, a cluster only. */
  // biome-ignore lint/suspicious/noExplicitAny: the store only looks whether it is there
  invokeScriptWithRoute?(...args: any[]): any
  /** Makes another client with the same settings, for the store's transactions. A pool of node-redis has no such method. */
  // biome-ignore lint/suspicious/noExplicitAny: its parameters depend on what kind of client it is
  duplicate?(...overrides: any[]): any
  /** node-redis, a pool only: run work with a connection that nothing else uses meanwhile. */
  // biome-ignore lint/suspicious/noExplicitAny: the work is given a client
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

/** A connection that nothing else uses, so that it can watch keys. */
export interface Isolated {
  /** Send a command to the server of `key`. */
  send(key: string, command: readonly string[]): Promise<unknown>
  /** Run the commands, whose keys are on one server, as one transaction. `null`: a watched key has changed, and nothing was done. */
  transact(key: string, commands: readonly (readonly string[])[]): Promise<unknown[] | null>
  /** Stop watching keys. */
  forget(key: string): Promise<unknown>
  /** Whether the connection is known to be lost. It never reconnects. Default: it is not. */
  isLost?(): boolean
  close(): void
}

/** Takes a connection that nothing else uses, runs `work` with it, and gives it back. */
export interface Isolation {
  run<T>(work: (connection: Isolated) => Promise<T>): Promise<T>
  /** Close the connection that is kept for the next transaction. */
  close(): void
}

/** One interface for all clients. */
export interface Driver {
  /** The prefix that the client itself adds to each key that it sends, but not to patterns, and not in answers. */
  readonly hiddenPrefix: string
  /** The client's configured key prefix that it does not add to commands of this kind, so that the store has to. */
  readonly ownPrefix: string
  /** Whether all keys of a command have to be in one slot. */
  readonly clustered: boolean
  /** Send a command to the server of `key`. May throw instead of returning a promise that rejects. */
  command(key: string, command: readonly string[]): Promise<unknown>
  /** A function for each server with keys, which sends it a command. */
  masters(): Promise<Send[]>
  /** Connections that nothing else uses. */
  readonly isolation: Isolation
}
