import type { AsyncSqliteClient } from '../async/client.ts'
import { isLocked } from '../failures.ts'
import { adapt, checkHas } from './adapt.ts'

/** The method of a client of `@libsql/client` that the store uses. */
export interface LibsqlLike {
  // biome-ignore lint/suspicious/noExplicitAny: the types of its parameters and rows are its own
  execute(statement: { sql: string; args: any[] }): Promise<{ rows: any[] }>
  reconnect?(): Promise<void> | void
}

/** A client for `AsyncSqliteStore` on a client of `@libsql/client`. */
export function fromLibsql(client: LibsqlLike): AsyncSqliteClient {
  checkHas(client, 'execute', 'fromLibsql needs a client of @libsql/client: createClient({ url })')
  return adapt(async (sql, parameters) => {
    try {
      return (await client.execute({ sql, args: [...parameters] })).rows
    } catch (error) {
      // libSQL leaves a statement open that has found a file locked. On that connection, nothing would be committed any more.
      if (isLocked(error)) await client.reconnect?.()
      throw error
    }
  })
}
