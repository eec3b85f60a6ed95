import type { PostgresClient, PostgresQuery } from '../client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The methods of Knex that the store uses. */
export interface KnexLike {
  // biome-ignore lint/suspicious/noExplicitAny: the result depends on the driver
  raw(sql: string, bindings: any): PromiseLike<any>
}

/** A client for {@link PostgresStore} on the connections of Knex, whose client is `pg`. */
export function fromKnex(knex: KnexLike): PostgresClient {
  checkHas(knex, 'raw', 'fromKnex needs an instance of Knex: knex({ client: "pg", connection })')
  return adapt(async query => {
    try {
      return (await knex.raw(...positional(query))).rows
    } catch (error) {
      throw withoutStatement(error)
    }
  })
}

/** Knex has positional parameters, and treats each `?` as one, even in a name. */
function positional({ text, values = [] }: PostgresQuery): [string, unknown[]] {
  const bindings: unknown[] = []
  const sql = text.replace(/"(?:[^"]|"")*"|\$(\d+)/g, (found, number?: string) => {
    if (number === undefined) return found.replaceAll('?', '\\?')
    bindings.push(values[Number(number) - 1])
    return '?'
  })
  return [sql, bindings]
}

/** Remove the statement, which Knex puts in front of the message, and which may contain values. */
function withoutStatement(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const at = error.message.lastIndexOf(' - ')
  if (at >= 0) error.message = error.message.slice(at + 3)
  return error
}
