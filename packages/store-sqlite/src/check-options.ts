import { checkOptionNames, RECORD_STORE_OPTIONS } from '@coatcheck/session'
import type { AsyncSqliteStoreOptions } from './async/options.ts'
import type { SqliteClient } from './client.ts'
import type { SqliteOpenOptions, SqliteStoreOptions } from './options.ts'

const OPEN_NAMES: Record<keyof SqliteOpenOptions, true> = {
  ...RECORD_STORE_OPTIONS,
  table: true,
  busyTimeout: true,
}

const STORE_NAMES: Record<keyof SqliteStoreOptions, true> = { ...OPEN_NAMES, client: true }

/** Throws a TypeError that names the option. */
export function checkStoreOptions(options: SqliteStoreOptions): void {
  checkClient(options?.client)
  checkOptionNames(options, Object.keys(STORE_NAMES), 'SqliteStore')
  checkCommon(options)
}

/** Throws a TypeError that names the option. */
export function checkOpenOptions(options: SqliteOpenOptions): void {
  checkOptionNames(options, Object.keys(OPEN_NAMES), 'SqliteStore.open')
  checkCommon(options)
}

/** Throws a TypeError that names the option. */
export function checkAsyncOptions(options: AsyncSqliteStoreOptions): void {
  if (typeof options?.client?.query !== 'function') {
    throw new TypeError('The option "client" must be what an adapter returns, such as fromKnex(knex)')
  }
  checkOptionNames(options, Object.keys(STORE_NAMES), 'AsyncSqliteStore')
  checkCommon(options)
}

function checkClient(client: Partial<SqliteClient> | null | undefined): void {
  if (typeof client === 'function') {
    throw new TypeError(
      'The option "client" must be an open database, not the class or function that makes one: new Database(file)',
    )
  }
  if (typeof client?.prepare !== 'function' || typeof client.exec !== 'function') {
    throw new TypeError(
      'The option "client" must be a Database of better-sqlite3, libsql or bun:sqlite, or a DatabaseSync of node:sqlite',
    )
  }
}

function checkCommon({ table, busyTimeout }: SqliteOpenOptions): void {
  if (table !== undefined && (typeof table !== 'string' || table === '' || table.includes('\0'))) {
    throw new TypeError('The option "table" must be the name of a table')
  }
  if (busyTimeout !== undefined && !(Number.isInteger(busyTimeout) && busyTimeout >= 0)) {
    throw new TypeError('The option "busyTimeout" must be a whole number of milliseconds')
  }
}
