import type { MysqlPromiseClient } from '../client.ts'
import { adapt, checkHas, mapParts } from './adapt.ts'

/** The method of Sequelize that the store uses. */
export interface SequelizeLike {
  // biome-ignore lint/suspicious/noExplicitAny: the types of its results depend on options
  query(sql: string, options: any): Promise<any>
}

/** A client for {@link MysqlStore} on the connections of Sequelize, whose dialect is `mysql`. */
export function fromSequelize(sequelize: SequelizeLike): MysqlPromiseClient {
  checkHas(sequelize, 'query', 'fromSequelize needs an instance of Sequelize: new Sequelize(url)')
  return adapt(async (sql, values) => {
    // Behind a comment, because Sequelize changes the results of statements by their first words.
    const text = `/**/ ${values.length > 0 ? numbered(sql) : sql}`
    const bind = values.length > 0 ? { bind: values } : {}
    const [result] = await sequelize.query(text, { raw: true, ...bind })
    return result
  })
}

/** Sequelize has numbered parameters, and treats a `$` as the beginning of one, even in a name, unless it follows a word. */
function numbered(sql: string): string {
  let number = 0
  return mapParts(sql, part => (part === '?' ? `$${++number}` : part.replace(/(?<!\w)\$/g, '$$$$')))
}
