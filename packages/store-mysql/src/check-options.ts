import { checkOptionNames, RECORD_STORE_OPTIONS } from '@coatcheck/session'
import type { MysqlOpenOptions, MysqlStoreOptions, MysqlTableOptions } from './options.ts'

const TABLE_NAMES: Record<keyof MysqlTableOptions, true> = {
  ...RECORD_STORE_OPTIONS,
  database: true,
  table: true,
  createTable: true,
  prepare: true,
}

export const STORE_NAMES: Record<keyof MysqlStoreOptions, true> = { ...TABLE_NAMES, client: true }

export const OPEN_NAMES: Record<keyof MysqlOpenOptions, true> = {
  ...TABLE_NAMES,
  max: true,
  connectTimeout: true,
  queryTimeout: true,
}

/** What the option is called in mysql2 and in other stores. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  pool: 'client',
  connection: 'client',
  db: 'client',
  schema: 'database',
  tableName: 'table',
  createDatabaseTable: 'createTable',
  checkExpirationInterval: 'pruneInterval',
  clearExpired: 'pruneInterval',
  expiration: 'ttl',
  connectionLimit: 'max',
  poolSize: 'max',
  serializer: 'codec',
}

/** Throws a TypeError for a name that is not among `names`, with the name that was probably meant. */
export function checkNames(options: object, names: Readonly<Record<string, true>>): void {
  checkOptionNames(options, Object.keys(names), 'MysqlStore', ELSEWHERE)
}

/** Throws a TypeError when the client is none of mysql2, or is what makes clients. */
export function checkClient(client: unknown): void {
  if (typeof client === 'function') {
    throw new TypeError(
      'The option "client" must be a pool or a connection of mysql2, not a class or a function that makes one: mysql.createPool(url)',
    )
  }
  const { promise, query, execute } = (client ?? {}) as Record<string, unknown>
  if (typeof promise !== 'function' && !(typeof query === 'function' && typeof execute === 'function')) {
    throw new TypeError('The option "client" must be a pool or a connection of mysql2')
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
