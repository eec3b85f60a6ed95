/** A statement with its values, in the form of mysql2. */
export interface MysqlQuery {
  sql: string
  values?: unknown[]
  rowsAsArray?: boolean
  nestTables?: boolean
  namedPlaceholders?: boolean
  typeCast?: (field: unknown, next: () => unknown) => unknown
}

/** The methods that the store uses: of a pool or a connection of `mysql2/promise`. They return promises. */
export interface MysqlPromiseClient {
  // biome-ignore lint/suspicious/noExplicitAny: the types of the results are those of mysql2
  query(query: any): Promise<any>
  // biome-ignore lint/suspicious/noExplicitAny: the types of the results are those of mysql2
  execute(query: any): Promise<any>
}

/** A pool or a connection of `mysql2`, whose methods take callbacks. */
export interface MysqlCallbackClient {
  promise(): MysqlPromiseClient
}

/** A pool or a connection of mysql2, or another object with the same methods. */
export type MysqlClient = MysqlPromiseClient | MysqlCallbackClient

/** A client that may emit `error` when a connection breaks. */
interface Emitter {
  on?(event: 'error', listener: (error: Error) => void): unknown
  off?(event: 'error', listener: (error: Error) => void): unknown
  listenerCount?(event: 'error'): number
}

/** The client whose methods return promises. */
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
 * Listen to `error`, which a single connection emits when it breaks. Without a listener, Node would end the process. All stores of a
 * client share one listener. Call the returned function to release it; the last store removes the listener.
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

/** Emits a warning, unless the app listens too. */
function warner(client: Emitter): (error: Error) => void {
  return error => {
    if ((client.listenerCount?.('error') ?? 1) <= 1) warnOfLoss(error)
  }
}

export function warnOfLoss(error: Error): void {
  process.emitWarning(`A connection to MySQL was lost: ${error.message}`)
}
