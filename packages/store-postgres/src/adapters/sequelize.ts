import type { PostgresClient } from '../client.ts'
import { adapt, checkHas } from './adapt.ts'

/** What the store needs of Sequelize. */
export interface SequelizeLike {
  // biome-ignore lint/suspicious/noExplicitAny: its types tell results by options
  query(sql: string, options: any): Promise<any>
}

/** A client for {@link PostgresStore} on the connections of Sequelize, whose dialect is `postgres`. */
export function fromSequelize(sequelize: SequelizeLike): PostgresClient {
  checkHas(sequelize, 'query', 'fromSequelize needs an instance of Sequelize: new Sequelize(url)')
  return adapt(async ({ text, values = [] }) => {
    // Without parameters it would look for none, and would not take $$ for one $.
    const bind = values.length > 0 ? { bind: values } : {}
    const [rows] = await sequelize.query(text, { raw: true, ...bind })
    return rows
  })
}
