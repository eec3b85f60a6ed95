/** What the store needs: a `Pool` or a connected `Client` of pg, or whatever else runs a statement with parameters. */
export interface PostgresClient {
  query(query: PostgresQuery): Promise<PostgresResult>
  on?(event: 'error', listener: (error: Error) => void): unknown
  off?(event: 'error', listener: (error: Error) => void): unknown
  listenerCount?(event: 'error'): number
}

/** A statement; one with a name is prepared once on each connection. */
export interface PostgresQuery {
  name?: string
  text: string
  values?: unknown[]
}

/** What a statement gave. */
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
 * A pool tells of an idle connection that broke with the event `error`, and Node ends a process in which nobody listens to that.
 * There is one listener for all stores of a client, and none when the last of them has let go, which the returned function does.
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

/** Silent where the app listens as well. */
function warner(client: PostgresClient): (error: Error) => void {
  return error => {
    if ((client.listenerCount?.('error') ?? 1) <= 1) warnOfLoss(error)
  }
}

export function warnOfLoss(error: Error): void {
  process.emitWarning(`A connection to PostgreSQL was lost: ${error.message}`)
}
