import { randomBytes } from 'node:crypto'
import type { PostgresClient } from './client.ts'
import { codeOf } from './failures.ts'
import { type Layout, layoutOf } from './layout.ts'

/** What is to be done where the table is not there. */
export interface Missing {
  readonly createTable: boolean
  readonly unlogged: boolean
}

/** What the slower ones of several that make one table at the same time are told. */
const MADE_BY_ANOTHER = new Set(['23505', '42P07', '42710'])

/** The layout of the table, which is made if it is not there. One that is there is left as it is. */
export async function openTable(client: PostgresClient, table: string, missing: Missing): Promise<Layout> {
  const layout = await layoutOf(client, table)
  if (layout) return layout
  if (!missing.createTable) {
    throw new TypeError(`The table ${table} does not exist, and the option "createTable" is false`)
  }
  await createTable(client, table, missing.unlogged)
  const made = await layoutOf(client, table)
  if (!made) throw new Error(`The table ${table} was made and is not there`)
  return made
}

/**
 * Both statements are one, in a transaction: there is no table without its index, and whoever comes second waits for the first to be
 * done. PostgreSQL chooses names for the key and the index that nothing else has.
 */
async function createTable(client: PostgresClient, table: string, unlogged: boolean): Promise<void> {
  // No name has this in it.
  const quote = `$coatcheck_${randomBytes(8).toString('hex')}$`
  try {
    await client.query({
      text: `
        DO ${quote} BEGIN
          CREATE ${unlogged ? 'UNLOGGED' : ''} TABLE ${table} (
            sid text COLLATE "C" PRIMARY KEY,
            data text NOT NULL,
            expires timestamptz NOT NULL
          );
          CREATE INDEX ON ${table} (expires);
        END ${quote}`,
    })
  } catch (error) {
    if (!MADE_BY_ANOTHER.has(codeOf(error))) throw error
  }
}
