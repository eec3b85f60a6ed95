import { randomBytes } from 'node:crypto'
import type { PostgresClient } from './client.ts'
import { codeOf } from './failures.ts'
import { type Layout, layoutOf } from './layout.ts'

/** What to do if the table does not exist. */
export interface Missing {
  readonly createTable: boolean
  readonly unlogged: boolean
}

/** The errors when another process has created the table at the same time. */
const MADE_BY_ANOTHER = new Set(['23505', '42P07', '42710'])

/** The layout of the table, which is created if it does not exist. An existing table is not changed. */
export async function openTable(client: PostgresClient, table: string, missing: Missing): Promise<Layout> {
  const layout = await layoutOf(client, table)
  if (layout) return layout
  if (!missing.createTable) {
    throw new TypeError(`The table ${table} does not exist, and the option "createTable" is false`)
  }
  await createTable(client, table, missing.unlogged)
  const made = await layoutOf(client, table)
  if (!made) throw new Error(`The table ${table} was created, but cannot be found`)
  return made
}

/**
 * Both statements are in one transaction, so the table never exists without its index, and a second process waits for the first.
 * PostgreSQL chooses unused names for the key and the index.
 */
async function createTable(client: PostgresClient, table: string, unlogged: boolean): Promise<void> {
  // No name contains this delimiter.
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
