import type { PostgresClient } from '../client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The method of Kysely that the store uses. */
export interface KyselyLike {
  // biome-ignore lint/suspicious/noExplicitAny: a compiled query of Kysely
  executeQuery(query: any): Promise<{ rows: unknown[] }>
}

/** A client for {@link PostgresStore} on the connections of Kysely, with any dialect for PostgreSQL. */
export function fromKysely(db: KyselyLike): PostgresClient {
  checkHas(db, 'executeQuery', 'fromKysely needs an instance of Kysely: new Kysely({ dialect })')
  return adapt(async ({ text, values = [] }) => (await db.executeQuery(compiled(text, values))).rows)
}

/** The same object as `CompiledQuery.raw` of Kysely returns. */
function compiled(sql: string, parameters: readonly unknown[]): object {
  const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] }
  return { sql, query, queryId: { queryId: 'coatcheck' }, parameters }
}
