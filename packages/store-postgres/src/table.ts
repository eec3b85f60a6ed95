import { randomBytes } from 'node:crypto'
import type { PostgresClient } from './client.ts'
import { codeOf } from './failures.ts'
import { type Layout, layoutOf } from './layout.ts'

/** What to do if the table does not exist. */
export interface Missing {
  readonly createTable: boolean
  readonly unlogged: boolean
  /** Whether the store keeps owners: then the table needs a column for them. */
  readonly owners: boolean
}

/** The errors when another process has created the table at the same time. */
const MADE_BY_ANOTHER = new Set(['23505', '42P07', '42710'])

/** The layout of the table, which is created if it does not exist. An existing table only gets the column and the index for owners. */
export async function openTable(client: PostgresClient, table: string, missing: Missing): Promise<Layout> {
  const layout = await layoutOrCreate(client, table, missing)
  if (!missing.owners) return { ...layout, owners: false }
  if (!layout.owners) await addOwners(client, table, missing)
  return { ...layout, owners: true }
}

async function layoutOrCreate(client: PostgresClient, table: string, missing: Missing): Promise<Layout> {
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

/** The change of the table locks it, so a second process waits for the first, and then finds the index. */
async function addOwners(client: PostgresClient, table: string, { createTable }: Missing): Promise<void> {
  const index = `CREATE INDEX ON ${table} (owner) WHERE owner IS NOT NULL`
  if (!createTable) {
    throw new TypeError(
      `The option "owner" needs a column in the table ${table}, and the option "createTable" is false: ALTER TABLE ${table} ADD COLUMN owner text; ${index}`,
    )
  }
  const quote = newQuote()
  await client.query({
    text: `
      DO ${quote} BEGIN
        ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS owner text;
        IF NOT EXISTS (
          SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
            ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
          WHERE i.indrelid = to_regclass('${table.replaceAll("'", "''")}') AND a.attname = 'owner'
        ) THEN
          ${index};
        END IF;
      END ${quote}`,
  })
}

/** No name contains this delimiter. */
function newQuote(): string {
  return `$coatcheck_${randomBytes(8).toString('hex')}$`
}

/**
 * Both statements are in one transaction, so the table never exists without its index, and a second process waits for the first.
 * PostgreSQL chooses unused names for the key and the index.
 */
async function createTable(client: PostgresClient, table: string, unlogged: boolean): Promise<void> {
  const quote = newQuote()
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
