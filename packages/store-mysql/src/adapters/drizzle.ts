import type { MysqlClient } from '../client.ts'

/** The property of Drizzle that the store uses. */
export interface DrizzleLike {
  /** The client of the driver: a pool or a connection of mysql2. */
  $client: unknown
}

/** A client for {@link MysqlStore} on the connections of Drizzle, whose driver is mysql2. */
export function fromDrizzle(db: DrizzleLike): MysqlClient {
  const { promise, query, execute } = (db?.$client ?? {}) as Record<string, unknown>
  if (typeof promise !== 'function' && !(typeof query === 'function' && typeof execute === 'function')) {
    throw new TypeError('fromDrizzle needs a database of Drizzle, on mysql2: drizzle(url)')
  }
  return db.$client as MysqlClient
}
