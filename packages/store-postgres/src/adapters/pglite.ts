import type { PostgresClient } from '../client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The method of PGlite that the store uses. */
export interface PgliteLike {
  // biome-ignore lint/suspicious/noExplicitAny: the types of its parameters and rows are its own
  query(sql: string, parameters?: any[]): Promise<{ rows: any[] }>
}

/** A client for {@link PostgresStore} on PGlite, which runs PostgreSQL inside the process. */
export function fromPglite(db: PgliteLike): PostgresClient {
  checkHas(db, 'query', 'fromPglite needs an instance of PGlite: new PGlite(folder)')
  return adapt(async ({ text, values = [] }) => (await db.query(text, values)).rows)
}
