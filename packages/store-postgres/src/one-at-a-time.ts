import type { PostgresClient, PostgresQuery, PostgresResult } from './client.ts'

/** The last statement of each client with a single connection. Stores on one client share it. */
const last = new WeakMap<PostgresClient, Promise<unknown>>()

/** Whether this is a single connection of pg, which runs one statement at a time. pg 9 no longer queues them itself. */
export function isLone(client: PostgresClient): boolean {
  const { processID, pipeline } = client as { processID?: unknown; pipeline?: unknown }
  return processID !== undefined && pipeline !== true
}

/** Runs a statement after the earlier ones. */
export function inTurn(client: PostgresClient, query: PostgresQuery): Promise<PostgresResult> {
  const before = last.get(client)
  const answer = before ? before.then(() => client.query(query)) : client.query(query)
  const done = answer.then(
    () => {},
    () => {},
  )
  last.set(client, done)
  return answer
}
