import type { PostgresClient } from '../client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The methods of Postgres.js, the package `postgres`, that the store uses. */
export interface PostgresJsLike {
  // biome-ignore lint/suspicious/noExplicitAny: the types of its parameters and rows are its own
  unsafe(sql: string, parameters?: any[], options?: { prepare?: boolean }): PromiseLike<any>
}

/** A client for {@link PostgresStore} on the connections of Postgres.js. The store's option `prepare` applies here too. */
export function fromPostgresJs(sql: PostgresJsLike): PostgresClient {
  checkHas(sql, 'unsafe', 'fromPostgresJs needs what the package postgres gives: postgres(url)')
  return adapt(({ name, text, values = [] }) => sql.unsafe(text, values, { prepare: name !== undefined }))
}
