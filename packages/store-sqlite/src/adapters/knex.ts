import type { AsyncSqliteClient } from '../async/client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The method of Knex that the store uses. */
export interface KnexLike {
  // biome-ignore lint/suspicious/noExplicitAny: the result depends on the driver
  raw(sql: string, bindings: any): PromiseLike<any>
}

/** A client for `AsyncSqliteStore` on the connection of Knex, whose client is `better-sqlite3` or `sqlite3`. */
export function fromKnex(knex: KnexLike): AsyncSqliteClient {
  checkHas(knex, 'raw', 'fromKnex needs an instance of Knex: knex({ client: "better-sqlite3", connection })')
  return adapt(async (sql, parameters) => {
    try {
      return await knex.raw(...named(sql, parameters))
    } catch (error) {
      throw withoutStatement(error)
    }
  })
}

/** With positional parameters, Knex treats each `?` as one, even in a name. So they are named. */
function named(sql: string, parameters: readonly unknown[]): [string, Record<string, unknown>] {
  const bindings: Record<string, unknown> = {}
  let number = 0
  const text = sql.replace(/"(?:[^"]|"")*"|\?/g, part => {
    if (part !== '?') return part
    const name = `coatcheck${number}`
    bindings[name] = parameters[number++]
    return `:${name}`
  })
  return [text, bindings]
}

/** Remove the statement, which Knex puts in front of the message, and which may contain values. */
function withoutStatement(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const at = error.message.lastIndexOf(' - ')
  if (at >= 0) error.message = error.message.slice(at + 3)
  return error
}
