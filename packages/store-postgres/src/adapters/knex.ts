import type { PostgresClient, PostgresQuery } from '../client.ts'
import { adapt, checkHas } from './adapt.ts'

/** What the store needs of Knex. */
export interface KnexLike {
  // biome-ignore lint/suspicious/noExplicitAny: what comes back depends on the driver
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

/** Knex counts its parameters by position, and takes each `?` for one, also in a name. */
function positional({ text, values = [] }: PostgresQuery): [string, unknown[]] {
  const bindings: unknown[] = []
  const sql = text.replace(/"(?:[^"]|"")*"|\$(\d+)/g, (found, number?: string) => {
    if (number === undefined) return found.replaceAll('?', '\\?')
    bindings.push(values[Number(number) - 1])
    return '?'
  })
  return [sql, bindings]
}

/** Knex writes the statement before the message, with its values where it was told to. */
function withoutStatement(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const at = error.message.lastIndexOf(' - ')
  if (at >= 0) error.message = error.message.slice(at + 3)
  return error
}
