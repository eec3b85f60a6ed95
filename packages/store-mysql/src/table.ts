import { type Layout, layoutOf } from './layout.ts'
import type { Runner } from './runner.ts'

/** What to do if something is missing. */
export interface Missing {
  readonly createTable: boolean
  /** Whether the store keeps owners: then the table needs a column for them. */
  readonly owners: boolean
}

/** The layout of the table, which is created if it does not exist. An existing table only gets the column and the index for owners. */
export async function openTable(
  runner: Runner,
  table: string,
  { createTable, owners }: Missing,
): Promise<Layout> {
  const layout = await layoutOrCreate(runner, table, createTable)
  if (owners && !layout.owners) await addOwners(runner, table, createTable)
  return { ...layout, owners }
}

/** If another process adds the column at the same time, it waits for this one, and then the column is there. */
async function addOwners(runner: Runner, table: string, createTable: boolean): Promise<void> {
  const change = `ALTER TABLE ${table} ADD COLUMN owner varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL, ADD INDEX owner (owner)`
  if (!createTable) {
    throw new TypeError(
      `The option "owner" needs a column in the table ${table}, and the option "createTable" is false: ${change}`,
    )
  }
  try {
    await runner.query(change)
  } catch (error) {
    if (!(await layoutOf(runner, table))?.owners) throw error
  }
}

async function layoutOrCreate(runner: Runner, table: string, createTable: boolean): Promise<Layout> {
  await checkConnection(runner)
  const layout = await layoutOf(runner, table)
  if (layout) return layout
  if (!createTable) {
    throw new TypeError(`The table ${table} does not exist, and the option "createTable" is false`)
  }
  await runner.query(`
    CREATE TABLE IF NOT EXISTS ${table} (
      sid varchar(255) NOT NULL PRIMARY KEY,
      data longtext NOT NULL,
      expires bigint NOT NULL,
      INDEX expires (expires)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  const made = await layoutOf(runner, table)
  if (!made) throw new Error(`The table ${table} was created, but cannot be found`)
  return made
}

/** Throws a TypeError if texts would not arrive in the server as they were sent. */
async function checkConnection(runner: Runner): Promise<void> {
  const { rows } = await runner.query(
    'SELECT @@character_set_client AS sent, @@character_set_results AS given, @@sql_mode AS modes',
  )
  const { sent, given, modes } = rows[0]
  for (const charset of [sent, given]) {
    if (charset === 'utf8mb4') continue
    throw new TypeError(
      `The connections of the option "client" have the character set ${charset}, but sessions need utf8mb4: set their option "charset" to 'utf8mb4'`,
    )
  }
  if (!runner.prepare && String(modes).includes('NO_BACKSLASH_ESCAPES')) {
    throw new TypeError(
      'The option "prepare" must be true when the sql_mode of the server has NO_BACKSLASH_ESCAPES, because mysql2 cannot escape values in that mode',
    )
  }
}
