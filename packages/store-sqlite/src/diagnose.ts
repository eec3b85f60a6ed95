import { accessSync, constants, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { Finding } from '@coatcheck/session'
import { type SqliteClient, singleValue } from './client.ts'
import { bunSqliteName, type Driver, nodeSqliteName } from './drivers.ts'
import { layoutOf } from './layout.ts'

/** The findings about the file. `driver` is that of `SqliteStore.open`. Changes nothing. */
export function diagnose(client: SqliteClient, table: string, driver: Driver | undefined): Finding[] {
  const file = singleValue(client, "SELECT file FROM pragma_database_list WHERE name = 'main'")
  return [
    {
      name: 'packages',
      level: 'ok',
      text: `@coatcheck/store-sqlite ${versionIn('../package.json')}, ${driver?.name ?? nameOf(client)}`,
    },
    ...(driver?.instead ? [otherDriver(driver.name, driver.instead)] : []),
    { name: 'SQLite', level: 'ok', text: String(singleValue(client, 'SELECT sqlite_version()')) },
    ...(file ? [rights(String(file)), journal(client)] : [inMemory]),
    synchronous(client),
    tableOf(client, table),
  ]
}

/** The driver of a client that was made elsewhere. */
function nameOf(client: SqliteClient): string {
  if (client.isTransaction !== undefined) return nodeSqliteName()
  if (process.versions.bun) return bunSqliteName()
  return client.constructor.name === 'Database'
    ? `better-sqlite3 ${versionIn('better-sqlite3/package.json')}`
    : 'a client of an unknown driver'
}

function otherDriver(name: string, instead: string): Finding {
  return { name: 'driver', level: 'warning', text: `${name}, because ${instead}` }
}

const inMemory: Finding = {
  name: 'file',
  level: 'warning',
  text: 'none: the sessions are in the memory of this process and end with it',
}

/** SQLite creates files beside the database, so it has to write to the folder too. */
function rights(file: string): Finding {
  const name = 'file'
  const mode = (statSync(file).mode & 0o777).toString(8)
  for (const path of [file, dirname(file)]) {
    if (!isWritable(path)) return { name, level: 'problem', text: `this process may not write to ${path}` }
  }
  const text = `${file}, mode ${mode}`
  if ((statSync(file).mode & 0o007) === 0) return { name, level: 'ok', text }
  return {
    name,
    level: 'warning',
    text: `${text}: every user of this machine can read the ids in it; chmod 600`,
  }
}

function journal(client: SqliteClient): Finding {
  const name = 'journal_mode'
  const mode = String(singleValue(client, 'PRAGMA journal_mode'))
  if (mode === 'wal') return { name, level: 'ok', text: mode }
  const text = `${mode}: reads wait for writes; PRAGMA journal_mode = WAL ends that`
  return { name, level: 'warning', text }
}

const LEVELS = ['OFF', 'NORMAL', 'FULL', 'EXTRA']

function synchronous(client: SqliteClient): Finding {
  const name = 'synchronous'
  const level = Number(singleValue(client, 'PRAGMA synchronous'))
  const text = LEVELS[level] ?? String(level)
  if (level > 0) return { name, level: 'ok', text }
  return {
    name,
    level: 'warning',
    text: `${text}: a power failure may damage the file; NORMAL is enough with WAL`,
  }
}

function tableOf(client: SqliteClient, table: string): Finding {
  const name = 'table'
  let due: string
  try {
    due = layoutOf(client, table).due
  } catch (error) {
    return { name, level: 'problem', text: (error as Error).message }
  }
  if (singleValue(client, 'SELECT count(*) FROM pragma_table_info(?)', table) === 0) {
    const text = `"${table}" does not exist yet; the store creates it on first use`
    return { name, level: 'ok', text, missing: `table "${table}"` }
  }
  const indexed = singleValue(
    client,
    'SELECT count(*) FROM pragma_index_list(?) AS list, pragma_index_info(list.name) AS part WHERE part.seqno = 0 AND part.name = ?',
    table,
    due,
  )
  if (Number(indexed) > 0) return { name, level: 'ok', text: `"${table}", with an index on "${due}"` }
  const text = `"${table}" has no index on "${due}": deleting expired sessions reads the whole table`
  return { name, level: 'warning', text }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The version in the package.json of this package, or of one that it can find. */
function versionIn(manifest: string): string {
  try {
    return createRequire(import.meta.url)(manifest).version
  } catch {
    return 'of unknown version'
  }
}
