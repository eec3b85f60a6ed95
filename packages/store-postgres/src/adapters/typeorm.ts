import type { PostgresClient, PostgresResult } from '../client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The method of TypeORM that the store uses: of a `DataSource` or an `EntityManager`. */
export interface TypeormLike {
  // biome-ignore lint/suspicious/noExplicitAny: the result depends on the statement
  query(sql: string, parameters?: any[]): Promise<any>
}

/** A client for {@link PostgresStore} on the connections of TypeORM. Initialize TypeORM first. */
export function fromTypeorm(dataSource: TypeormLike): PostgresClient {
  checkHas(dataSource, 'query', 'fromTypeorm needs a DataSource of TypeORM: await dataSource.initialize()')
  return adapt(async ({ text, values = [] }) => rowsOf(await dataSource.query(text, values)))
}

/** For an UPDATE or a DELETE, TypeORM returns the rows and their number. */
function rowsOf(result: unknown): PostgresResult['rows'] {
  if (!Array.isArray(result)) return []
  return Array.isArray(result[0]) ? result[0] : result
}
