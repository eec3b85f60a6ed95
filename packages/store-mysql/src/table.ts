import { type Layout, layoutOf } from './layout.ts'
import type { Runner } from './runner.ts'

/** The layout of the table, which is created if it does not exist. An existing table is not changed. */
export async function openTable(runner: Runner, table: string, createTable: boolean): Promise<Layout> {
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
