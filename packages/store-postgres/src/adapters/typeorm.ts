import type { PostgresClient, PostgresResult } from '../client.ts'
import { adapt, checkHas } from './adapt.ts'

/** What the store needs of TypeORM: a `DataSource` or an `EntityManager`. */
export interface TypeormLike {
  // biome-ignore lint/suspicious/noExplicitAny: what comes back depends on the statement
  query(sql: string, parameters?: any[]): Promise<any>
}

/** A client for {@link PostgresStore} on the connections of TypeORM, which must have been initialized. */
export function fromTypeorm(dataSource: TypeormLike): PostgresClient {
  checkHas(dataSource, 'query', 'fromTypeorm needs a DataSource of TypeORM: await dataSource.initialize()')
  return adapt(async ({ text, values = [] }) => rowsOf(await dataSource.query(text, values)))
}

/** Of an UPDATE or a DELETE it gives the rows, and how many there are. */
function rowsOf(result: unknown): PostgresResult['rows'] {
  if (!Array.isArray(result)) return []
  return Array.isArray(result[0]) ? result[0] : result
}
