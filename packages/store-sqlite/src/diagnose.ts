import { accessSync, constants, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { Finding } from '@coatcheck/session'
import type { SqliteClient } from './client.ts'
import { bunSqliteName, type Driver, nodeSqliteName } from './drivers.ts'
import { COLUMNS, layoutWith } from './layout.ts'

/** Runs a query and returns its rows, or a promise of them. */
export type Query = (sql: string, ...parameters: unknown[]) => unknown[] | Promise<unknown[]>

/** The findings about the file of a client, whose table may need a column for owners. `driver` is that of `SqliteStore.open`. Changes nothing. */
export function diagnose(
  client: SqliteClient,
  table: { name: string; owners: boolean },
  driver: Driver | undefined,
): Promise<Finding[]> {
  const query: Query = (sql, ...parameters) => client.prepare(sql).all(...parameters)
  const others = driver?.instead ? [otherDriver(driver.name, driver.instead)] : []
  return diagnoseBy(query, table, driver?.name ?? nameOf(client), others)
}

/** The findings that queries give, among them `others`. */
export async function diagnoseBy(
  query: Query,
  table: { name: string; owners: boolean },
  driver: string,
  others: readonly Finding[] = [],
): Promise<Finding[]> {
  const file = await oneValue(query, "SELECT file FROM pragma_database_list WHERE name = 'main'")
  const packages = `@coatcheck/store-sqlite ${versionIn('../package.json')}, ${driver}`
  return [
    { name: 'packages', level: 'ok', text: packages },
    ...others,
    { name: 'SQLite', level: 'ok', text: String(await oneValue(query, 'SELECT sqlite_version()')) },
    ...(file ? [rights(String(file)), await journal(query)] : [inMemory]),
    await synchronous(query),
    await tableOf(query, table),
  ]
}

/** The value of a query that returns one value. */
async function oneValue(query: Query, sql: string, ...parameters: unknown[]): Promise<unknown> {
  const [row] = await query(sql, ...parameters)
  return row && Object.values(row)[0]
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

async function journal(query: Query): Promise<Finding> {
  const name = 'journal_mode'
  const mode = String(await oneValue(query, 'PRAGMA journal_mode'))
  if (mode === 'wal') return { name, level: 'ok', text: mode }
  const text = `${mode}: reads wait for writes; PRAGMA journal_mode = WAL ends that`
  return { name, level: 'warning', text }
}

const LEVELS = ['OFF', 'NORMAL', 'FULL', 'EXTRA']

async function synchronous(query: Query): Promise<Finding> {
  const name = 'synchronous'
  const level = Number(await oneValue(query, 'PRAGMA synchronous'))
  const text = LEVELS[level] ?? String(level)
  if (level > 0) return { name, level: 'ok', text }
  return {
    name,
    level: 'warning',
    text: `${text}: a power failure may damage the file; NORMAL is enough with WAL`,
  }
}

async function tableOf(
  query: Query,
  { name: table, owners }: { name: string; owners: boolean },
): Promise<Finding> {
  const name = 'table'
  const columns = await query(COLUMNS, table)
  let due: string
  try {
    due = layoutWith(columns, table).due
  } catch (error) {
    return { name, level: 'problem', text: (error as Error).message }
  }
  if (columns.length === 0) {
    const text = `"${table}" does not exist yet; the store creates it on first use`
    return { name, level: 'ok', text, missing: `table "${table}"` }
  }
  if (owners && !columns.some(column => (column as { name: string }).name === 'owner')) {
    const text = `"${table}" has no column "owner" yet; the store adds it on first use`
    return { name, level: 'ok', text, missing: `column "owner" in the table "${table}"` }
  }
  const indexed = await oneValue(
    query,
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
