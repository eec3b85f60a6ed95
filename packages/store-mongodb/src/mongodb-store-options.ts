import type { RecordStoreOptions } from '@coatcheck/session'
import type { MongodbClient } from './client.ts'

interface Layout extends RecordStoreOptions {
  /** Name of the database. Default: the one in the URL, else `'test'`. */
  dbName?: string | undefined
  /** Name of the collection, made if it is not there. Default `'sessions'`. */
  collection?: string | undefined
  /** Store sessions as text; `false` for documents, which can be looked into. Both are read in any case. Default `true`. */
  stringify?: boolean | undefined
  /** The `_id` under which a session is stored, from its id. Default: the id itself. */
  transformId?: ((sid: string) => string) | undefined
  /** Note in `createdAt` and `updatedAt` when a session was made, and when it was last written or touched. Default `false`. */
  timestamps?: boolean | undefined
  /** Have MongoDB delete what has expired, by an index. Default `true`. */
  ttlIndex?: boolean | undefined
}

/** Options of {@link MongodbStore.open}. */
export interface MongodbOpenOptions extends Layout {
  /**
   * Milliseconds to find a server, to connect to it and to be answered, each, where the URL names no other. `0` for the driver's
   * own. Default 5000.
   */
  timeout?: number | undefined
}

/** Options of {@link MongodbStore}. */
export interface MongodbStoreOptions extends Layout {
  /** A `MongoClient`, connected or not. The store never closes it. */
  client: MongodbClient
}

/** Throws a TypeError that names the option. */
export function checkNames(dbName: unknown, collection: unknown): void {
  if (dbName !== undefined && (typeof dbName !== 'string' || dbName === '')) {
    throw new TypeError('The option "dbName" must be the name of a database')
  }
  if (typeof collection !== 'string' || collection === '') {
    throw new TypeError('The option "collection" must be the name of a collection')
  }
}

/** Throws a TypeError that names the option. */
export function checkFlags(flags: Record<string, unknown>): void {
  for (const [name, flag] of Object.entries(flags)) {
    if (typeof flag !== 'boolean') throw new TypeError(`The option "${name}" must be true or false`)
  }
}
