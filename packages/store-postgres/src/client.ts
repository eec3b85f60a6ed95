/** The method of a client that the store uses: a `Pool` or a connected `Client` of pg, or another object with that method. */
export interface PostgresClient {
  query(query: PostgresQuery): Promise<PostgresResult>
  on?(event: 'error', listener: (error: Error) => void): unknown
  off?(event: 'error', listener: (error: Error) => void): unknown
  listenerCount?(event: 'error'): number
}

/** A statement. If it has a name, it is prepared once on each connection. */
export interface PostgresQuery {
  name?: string
  text: string
  values?: unknown[]
}

/** The result of a statement. */
export interface PostgresResult {
  // biome-ignore lint/suspicious/noExplicitAny: rows have the columns that the statement names
  rows: any[]
}

interface Listening {
  stores: number
  listener: (error: Error) => void
}

const listening = new WeakMap<PostgresClient, Listening>()

/**
 * Listen to `error`, which a pool emits when an idle connection breaks. Without a listener, Node would end the process. All stores of a
 * client share one listener. Call the returned function to release it; the last store removes the listener.
 */
export function surviveErrors(client: PostgresClient): () => void {
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
function warner(client: PostgresClient): (error: Error) => void {
  return error => {
    if ((client.listenerCount?.('error') ?? 1) <= 1) warnOfLoss(error)
  }
}

export function warnOfLoss(error: Error): void {
  process.emitWarning(`A connection to PostgreSQL was lost: ${error.message}`)
}
