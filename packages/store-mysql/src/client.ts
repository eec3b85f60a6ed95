/** A statement with its values, as mysql2 takes it. */
export interface MysqlQuery {
  sql: string
  values?: unknown[]
  rowsAsArray?: boolean
  nestTables?: boolean
  namedPlaceholders?: boolean
  typeCast?: (field: unknown, next: () => unknown) => unknown
}

/** What runs statements and returns promises: a pool or a connection of `mysql2/promise`. */
export interface MysqlPromiseClient {
  // biome-ignore lint/suspicious/noExplicitAny: the types of what comes back are those of mysql2
  query(query: any): Promise<any>
  // biome-ignore lint/suspicious/noExplicitAny: the types of what comes back are those of mysql2
  execute(query: any): Promise<any>
}

/** A pool or a connection of `mysql2` that takes callbacks. */
export interface MysqlCallbackClient {
  promise(): MysqlPromiseClient
}

/** What the store needs: a pool or a connection of mysql2, or whatever else answers as it does. */
export type MysqlClient = MysqlPromiseClient | MysqlCallbackClient

/** What tells of connections that broke, as far as the client does. */
interface Emitter {
  on?(event: 'error', listener: (error: Error) => void): unknown
  off?(event: 'error', listener: (error: Error) => void): unknown
  listenerCount?(event: 'error'): number
}

/** The side of the client that returns promises. */
export function promising(client: MysqlClient): MysqlPromiseClient {
  return 'promise' in client && typeof client.promise === 'function'
    ? client.promise()
    : (client as MysqlPromiseClient)
}

interface Listening {
  stores: number
  listener: (error: Error) => void
}

const listening = new WeakMap<object, Listening>()

/**
 * A single connection tells that it broke with the event `error`, and Node ends a process in which nobody listens to that. There is one
 * listener for all stores of a client, and none when the last of them has let go, which the returned function does.
 */
export function surviveErrors(given: MysqlClient): () => void {
  const client = given as Emitter
  if (!client.on || !client.off) return () => {}
  const known = listening.get(client) ?? { stores: 0, listener: warner(client) }
  if (known.stores++ === 0) {
    listening.set(client, known)
    client.on('error', known.listener)
  }
  return () => {
    if (--known.stores > 0) return
    listening.delete(client)
    client.off?.('error', known.listener)
  }
}

/** Silent where the app listens as well. */
function warner(client: Emitter): (error: Error) => void {
  return error => {
    if ((client.listenerCount?.('error') ?? 1) <= 1) warnOfLoss(error)
  }
}

export function warnOfLoss(error: Error): void {
  process.emitWarning(`A connection to MySQL was lost: ${error.message}`)
}
