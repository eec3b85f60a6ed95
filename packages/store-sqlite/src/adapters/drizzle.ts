import type { AsyncSqliteClient } from '../async/client.ts'
import { fromLibsql, type LibsqlLike } from './libsql.ts'

/** The property of Drizzle that the store uses. */
export interface DrizzleLike {
  /** The client of the driver. */
  $client: unknown
}

/** A client for `AsyncSqliteStore` on the connection of Drizzle, whose driver is `@libsql/client`. */
export function fromDrizzle(db: DrizzleLike): AsyncSqliteClient {
  const { execute, prepare } = (db?.$client ?? {}) as Record<string, unknown>
  if (typeof execute === 'function') return fromLibsql(db.$client as LibsqlLike)
  if (typeof prepare === 'function') {
    throw new TypeError(
      'fromDrizzle needs a database of Drizzle on @libsql/client. On a synchronous driver, use SqliteStore: new SqliteStore({ client: db.$client })',
    )
  }
  throw new TypeError('fromDrizzle needs a database of Drizzle, on @libsql/client: drizzle(url)')
}
