import type { AsyncSqliteClient } from '../async/client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The method of TypeORM that the store uses: of a `DataSource` or an `EntityManager`. */
export interface TypeormLike {
  // biome-ignore lint/suspicious/noExplicitAny: the result depends on the statement
  query(sql: string, parameters?: any[]): Promise<any>
}

/** A client for `AsyncSqliteStore` on the connection of TypeORM, whose type is `better-sqlite3`. Initialize TypeORM first. */
export function fromTypeorm(dataSource: TypeormLike): AsyncSqliteClient {
  checkHas(dataSource, 'query', 'fromTypeorm needs a DataSource of TypeORM: await dataSource.initialize()')
  return adapt((sql, parameters) => dataSource.query(sql, [...parameters]))
}
