import type { MysqlPromiseClient } from '../client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The result of a statement of Kysely. */
export interface KyselyResult {
  rows: unknown[]
  numAffectedRows?: bigint
  insertId?: bigint
}

/** The method of Kysely that the store uses. */
export interface KyselyLike {
  // biome-ignore lint/suspicious/noExplicitAny: a compiled query of Kysely
  executeQuery(query: any): Promise<KyselyResult>
}

/** A client for {@link MysqlStore} on the connections of Kysely, with its `MysqlDialect`. */
export function fromKysely(db: KyselyLike): MysqlPromiseClient {
  checkHas(db, 'executeQuery', 'fromKysely needs an instance of Kysely: new Kysely({ dialect })')
  return adapt(async (sql, values) => {
    const { rows, numAffectedRows, insertId } = await db.executeQuery(compiled(sql, values))
    return numAffectedRows === undefined ? rows : { affectedRows: numAffectedRows, insertId }
  })
}

/** The same object as `CompiledQuery.raw` of Kysely returns. */
function compiled(sql: string, parameters: readonly unknown[]): object {
  const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] }
  return { sql, query, queryId: { queryId: 'coatcheck' }, parameters }
}
