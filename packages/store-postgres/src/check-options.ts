import { checkOptionNames, RECORD_STORE_OPTIONS } from '@coatcheck/session'
import type { PostgresOpenOptions, PostgresStoreOptions, PostgresTableOptions } from './options.ts'

const TABLE_NAMES: Record<keyof PostgresTableOptions, true> = {
  ...RECORD_STORE_OPTIONS,
  schema: true,
  table: true,
  createTable: true,
  unlogged: true,
  prepare: true,
}

export const STORE_NAMES: Record<keyof PostgresStoreOptions, true> = { ...TABLE_NAMES, client: true }

export const OPEN_NAMES: Record<keyof PostgresOpenOptions, true> = {
  ...TABLE_NAMES,
  max: true,
  connectTimeout: true,
  queryTimeout: true,
}

/** Options by their names in pg and in other stores. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  pool: 'client',
  db: 'client',
  pgPromise: 'client',
  tableName: 'table',
  schemaName: 'schema',
  createTableIfMissing: 'createTable',
  pruneSessionInterval: 'pruneInterval',
  connectionTimeoutMillis: 'connectTimeout',
  query_timeout: 'queryTimeout',
  poolSize: 'max',
  serializer: 'codec',
}

/** Throws a TypeError for a name that is not among `names`, with the name that was probably meant. */
export function checkNames(options: object, names: Readonly<Record<string, true>>): void {
  checkOptionNames(options, Object.keys(names), 'PostgresStore', ELSEWHERE)
}

/** Throws a TypeError when the client has no method `query`, or is a class or function that makes clients. */
export function checkClient(client: unknown): void {
  if (typeof client === 'function') {
    throw new TypeError(
      'The option "client" must be a Pool or a Client of pg, not a class or a function that makes one: new pg.Pool()',
    )
  }
  if (typeof (client as { query?: unknown } | null | undefined)?.query !== 'function') {
    throw new TypeError('The option "client" must be a Pool or a Client of pg')
  }
}

export function checkFlags(flags: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(flags)) {
    if (typeof value !== 'boolean') throw new TypeError(`The option "${name}" must be true or false`)
  }
}

export function checkCounts(counts: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!(Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 31)) {
      throw new TypeError(`The option "${name}" must be a whole number greater than 0 and less than 2 ** 31`)
    }
  }
}
