import { randomBytes } from 'node:crypto'
import type { PostgresClient } from './client.ts'
import { codeOf } from './failures.ts'
import { DUE, DUE_SINCE, type Layout, layoutOf } from './layout.ts'

/** What to do if the table does not exist. */
export interface Missing {
  readonly createTable: boolean
  readonly unlogged: boolean
  /** Whether the store keeps owners: then the table needs a column for them. */
  readonly owners: boolean
}

/** The errors when another process has created the table at the same time. */
const MADE_BY_ANOTHER = new Set(['23505', '42P07', '42710'])

/** Bytes of a table with its indexes. A larger one does not get the column `due` by itself, because PostgreSQL writes the table anew. */
const SMALL = 64 * 2 ** 20

/** The layout of the table, which is created if it does not exist. An existing one may get the columns `due` and `owner`. */
export async function openTable(client: PostgresClient, table: string, missing: Missing): Promise<Layout> {
  const layout = await layoutOrCreate(client, table, missing)
  if (!missing.owners) return { ...layout, owners: false }
  if (!layout.owners) await addOwners(client, table, missing)
  return { ...layout, owners: true }
}

async function layoutOrCreate(client: PostgresClient, table: string, missing: Missing): Promise<Layout> {
  const layout = await layoutOf(client, table)
  if (layout && missing.createTable && layout.data === 'data' && layout.due === layout.expires) {
    await addDue(client, table)
    return (await layoutOf(client, table)) ?? layout
  }
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

/**
 * Add the column `due` and its index, in place of the index on `expires` that the store has made. The store works without them too, so this
 * is left for another time if the table is large, belongs to another role or is in use, or if the app has begun a transaction: then the
 * lock would last as long.
 */
async function addDue(client: PostgresClient, table: string): Promise<void> {
  const quote = newQuote()
  await client.query({
    text: `
      DO ${quote}
      DECLARE
        place CONSTANT regclass := to_regclass('${table.replaceAll("'", "''")}');
        indexed text;
      BEGIN
        IF current_setting('server_version_num')::int < ${DUE_SINCE}
          OR transaction_timestamp() <> statement_timestamp()
          OR NOT EXISTS (
            SELECT FROM pg_catalog.pg_class WHERE oid = place AND relkind = 'r'
              AND pg_has_role(relowner, 'USAGE') AND pg_total_relation_size(oid) < ${SMALL}
          ) OR EXISTS (
            SELECT FROM pg_catalog.pg_attribute AS a WHERE attrelid = place AND attname = 'due'
              AND to_jsonb(a) ->> 'attgenerated' <> 's'
          ) THEN RETURN;
        END IF;
        PERFORM set_config('lock_timeout', '500', true);
        ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${DUE};
        IF NOT EXISTS (
          SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
            ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
          WHERE i.indrelid = place AND a.attname = 'due'
        ) THEN
          CREATE INDEX ON ${table} (due);
        END IF;
        FOR indexed IN
          SELECT i.indexrelid::regclass::text FROM pg_catalog.pg_index i
          JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
          JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'expires'
          WHERE i.indrelid = place AND i.indkey::text = a.attnum::text AND NOT i.indisunique
            AND i.indpred IS NULL AND c.relname LIKE '%\\_expires\\_idx%'
        LOOP
          EXECUTE 'DROP INDEX ' || indexed;
        END LOOP;
      EXCEPTION WHEN lock_not_available OR insufficient_privilege THEN
        -- All of it is undone.
        NULL;
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
  const create = `
          CREATE ${unlogged ? 'UNLOGGED' : ''} TABLE ${table} (
            sid text COLLATE "C" PRIMARY KEY,
            data text NOT NULL,
            expires timestamptz NOT NULL`
  try {
    await client.query({
      text: `
        DO ${quote} BEGIN
          IF current_setting('server_version_num')::int >= ${DUE_SINCE} THEN
            ${create}, ${DUE});
            CREATE INDEX ON ${table} (due);
          ELSE
            ${create});
            CREATE INDEX ON ${table} (expires);
          END IF;
        END ${quote}`,
    })
  } catch (error) {
    if (!MADE_BY_ANOTHER.has(codeOf(error))) throw error
  }
}
