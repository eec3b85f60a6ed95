import { type Layout, layoutOf } from './layout.ts'
import type { Runner } from './runner.ts'

/** The layout of the table, which is made if it is not there. One that is there is left as it is. */
export async function openTable(runner: Runner, table: string, createTable: boolean): Promise<Layout> {
  await checkConnection(runner)
  const layout = await layoutOf(runner, table)
  if (layout) return layout
  if (!createTable) {
    throw new TypeError(`The table ${table} does not exist, and the option "createTable" is false`)
  }
  await runner.ask(`
    CREATE TABLE IF NOT EXISTS ${table} (
      sid varchar(255) NOT NULL PRIMARY KEY,
      data longtext NOT NULL,
      expires bigint NOT NULL,
      INDEX expires (expires)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  const made = await layoutOf(runner, table)
  if (!made) throw new Error(`The table ${table} was made and is not there`)
  return made
}

/** Whether texts arrive in the server as they were sent. */
async function checkConnection(runner: Runner): Promise<void> {
  const { rows } = await runner.ask(
    'SELECT @@character_set_client AS sent, @@character_set_results AS given, @@sql_mode AS modes',
  )
  const { sent, given, modes } = rows[0]
  for (const charset of [sent, given]) {
    if (charset === 'utf8mb4') continue
    throw new TypeError(
      `The connections of the option "client" have the character set ${charset}, and sessions need utf8mb4: set their option "charset" to 'utf8mb4'`,
    )
  }
  if (!runner.prepare && String(modes).includes('NO_BACKSLASH_ESCAPES')) {
    throw new TypeError(
      'The option "prepare" must be true where the sql_mode of the server has NO_BACKSLASH_ESCAPES: mysql2 does not escape values for it',
    )
  }
}
