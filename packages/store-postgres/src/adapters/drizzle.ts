import type { PostgresClient } from '../client.ts'
import { fromPglite, type PgliteLike } from './pglite.ts'
import { fromPostgresJs, type PostgresJsLike } from './postgres-js.ts'

/** The property of Drizzle that the store uses. */
export interface DrizzleLike {
  /** The client of the driver: of pg, Postgres.js or PGlite. */
  $client: unknown
}

/** A client for {@link PostgresStore} on the connections of Drizzle, whose driver is pg, Postgres.js or PGlite. */
export function fromDrizzle(db: DrizzleLike): PostgresClient {
  const client = db?.$client as
    | Partial<PostgresClient & PostgresJsLike & { execProtocol: unknown }>
    | undefined
  if (typeof client?.unsafe === 'function') return fromPostgresJs(client as PostgresJsLike)
  if (typeof client?.query !== 'function') {
    throw new TypeError('fromDrizzle needs a database of Drizzle, on pg, Postgres.js or PGlite: drizzle(url)')
  }
  return 'execProtocol' in client ? fromPglite(client as unknown as PgliteLike) : (client as PostgresClient)
}
