import type { MysqlPromiseClient } from '../client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The method of TypeORM that the store uses: of a `DataSource` or an `EntityManager`. */
export interface TypeormLike {
  // biome-ignore lint/suspicious/noExplicitAny: the result depends on the statement
  query(sql: string, parameters?: any[]): Promise<any>
}

/** A client for {@link MysqlStore} on the connections of TypeORM, whose type is `mysql` or `mariadb`. Initialize TypeORM first. */
export function fromTypeorm(dataSource: TypeormLike): MysqlPromiseClient {
  checkHas(dataSource, 'query', 'fromTypeorm needs a DataSource of TypeORM: await dataSource.initialize()')
  return adapt((sql, values) => dataSource.query(sql, values))
}
