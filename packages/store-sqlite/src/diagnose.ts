import { accessSync, constants, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { Finding } from '@coatcheck/session'
import { layoutOf } from './layout.ts'
import type { SqliteClient } from './sqlite-store.ts'

/** What is to be known about the file. Changes nothing. */
export function diagnose(client: SqliteClient, table: string): Finding[] {
  const file = (first(client, "SELECT file FROM pragma_database_list WHERE name = 'main'") ?? '') as string
  const driver =
    client.constructor.name === 'Database'
      ? `, better-sqlite3 ${versionIn('better-sqlite3/package.json')}`
      : ''
  return [
    {
      name: 'packages',
      level: 'ok',
      text: `@coatcheck/store-sqlite ${versionIn('../package.json')}${driver}`,
    },
    { name: 'SQLite', level: 'ok', text: String(first(client, 'SELECT sqlite_version()')) },
    ...(file ? [rights(file), journal(client)] : [inMemory]),
    synchronous(client),
    tableOf(client, table),
  ]
}

const inMemory: Finding = {
  name: 'file',
  level: 'warning',
  text: 'none: the sessions are in the memory of this process, and gone when it ends',
}

/** SQLite makes files beside its own: it needs the folder as well. */
function rights(file: string): Finding {
  const name = 'file'
  const mode = (statSync(file).mode & 0o777).toString(8)
  for (const path of [file, dirname(file)]) {
    if (!isWritable(path)) return { name, level: 'problem', text: `this process may not write to ${path}` }
  }
  const others = statSync(file).mode & 0o004 ? ', which every user of this machine can read (chmod 600)' : ''
  return { name, level: 'ok', text: `${file}, mode ${mode}${others}` }
}

function journal(client: SqliteClient): Finding {
  const name = 'journal_mode'
  const mode = String(first(client, 'PRAGMA journal_mode'))
  if (mode === 'wal') return { name, level: 'ok', text: mode }
  const text = `${mode}: whoever reads waits for those who write; PRAGMA journal_mode = WAL ends that`
  return { name, level: 'warning', text }
}

const LEVELS = ['OFF', 'NORMAL', 'FULL', 'EXTRA']

function synchronous(client: SqliteClient): Finding {
  const name = 'synchronous'
  const level = Number(first(client, 'PRAGMA synchronous'))
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
  if (first(client, 'SELECT count(*) FROM pragma_table_info(?)', table) === 0) {
    return { name, level: 'ok', text: `"${table}" is not there yet, and is made on first use` }
  }
  const indexed = first(
    client,
    'SELECT count(*) FROM pragma_index_list(?) AS list, pragma_index_info(list.name) AS part WHERE part.seqno = 0 AND part.name = ?',
    table,
    due,
  )
  if (Number(indexed) > 0) return { name, level: 'ok', text: `"${table}", with an index on "${due}"` }
  const text = `"${table}" has no index on "${due}": deleting expired sessions reads the whole table`
  return { name, level: 'warning', text }
}

function first(client: SqliteClient, sql: string, ...parameters: unknown[]): unknown {
  const row = client.prepare(sql).get(...parameters)
  return row && Object.values(row)[0]
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** A file of the package itself, or of one that can be found from it. */
function versionIn(manifest: string): string {
  try {
    return createRequire(import.meta.url)(manifest).version
  } catch {
    return 'of unknown version'
  }
}
