import type { AsyncSqliteClient } from '../async/client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The method of Kysely that the store uses. */
export interface KyselyLike {
  // biome-ignore lint/suspicious/noExplicitAny: a compiled query of Kysely
  executeQuery(query: any): Promise<{ rows: unknown[] }>
}

/** A client for `AsyncSqliteStore` on the connection of Kysely, with any dialect for SQLite. */
export function fromKysely(db: KyselyLike): AsyncSqliteClient {
  checkHas(db, 'executeQuery', 'fromKysely needs an instance of Kysely: new Kysely({ dialect })')
  return adapt(async (sql, parameters) => (await db.executeQuery(compiled(sql, parameters))).rows)
}

/** The same object as `CompiledQuery.raw` of Kysely returns. */
function compiled(sql: string, parameters: readonly unknown[]): object {
  const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] }
  return { sql, query, queryId: { queryId: 'coatcheck' }, parameters }
}
