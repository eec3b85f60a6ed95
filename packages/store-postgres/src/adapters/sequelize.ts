import type { PostgresClient } from '../client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The method of Sequelize that the store uses. */
export interface SequelizeLike {
  // biome-ignore lint/suspicious/noExplicitAny: the types of its results depend on options
  query(sql: string, options: any): Promise<any>
}

/** A client for {@link PostgresStore} on the connections of Sequelize, whose dialect is `postgres`. */
export function fromSequelize(sequelize: SequelizeLike): PostgresClient {
  checkHas(sequelize, 'query', 'fromSequelize needs an instance of Sequelize: new Sequelize(url)')
  return adapt(async ({ text, values = [] }) => {
    // With `bind`, even an empty one, Sequelize reads each $ as the beginning of a parameter.
    const bind = values.length > 0 ? { bind: values } : {}
    const [rows] = await sequelize.query(text, { raw: true, ...bind })
    return rows
  })
}
