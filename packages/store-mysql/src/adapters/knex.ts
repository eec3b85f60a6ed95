import type { MysqlPromiseClient } from '../client.ts'
import { adapt, checkHas, mapParts } from './adapt.ts'

/** The methods of Knex that the store uses. */
export interface KnexLike {
  // biome-ignore lint/suspicious/noExplicitAny: the result depends on the driver
  raw(sql: string, bindings: any): PromiseLike<any>
}

/** A client for {@link MysqlStore} on the connections of Knex, whose client is `mysql2`. */
export function fromKnex(knex: KnexLike): MysqlPromiseClient {
  checkHas(knex, 'raw', 'fromKnex needs an instance of Knex: knex({ client: "mysql2", connection })')
  return adapt(async (sql, values) => {
    const [result] = await knex.raw(...named(sql, values))
    return result
  })
}

/** With positional parameters, Knex treats each `?` as one, even in a name. So they are named. */
function named(sql: string, values: unknown[]): [string, Record<string, unknown>] {
  const bindings: Record<string, unknown> = {}
  let number = 0
  const text = mapParts(sql, part => {
    if (part !== '?') return part
    const name = `coatcheck${number}`
    bindings[name] = values[number++]
    return `:${name}`
  })
  return [text, bindings]
}
