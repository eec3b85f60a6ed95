import { checkOptionNames, RECORD_STORE_OPTIONS, type RecordStoreOptions } from '@coatcheck/session'
import type { MongodbClient } from './client.ts'

interface Layout extends RecordStoreOptions {
  /** Name of the database. Default: the one in the URL, else `'test'`. */
  dbName?: string | undefined
  /** Name of the collection, which is created if it does not exist. Default `'sessions'`. */
  collection?: string | undefined
  /** Store sessions as text; `false` for documents, which you can query. The store reads both forms. Default `true`. */
  stringify?: boolean | undefined
  /** The `_id` under which a session is stored, from its id. Default: the id itself. */
  transformId?: ((sid: string) => string) | undefined
  /** Add `createdAt` and `updatedAt`: when a session was created, and when it was last written or touched. Default `false`. */
  timestamps?: boolean | undefined
  /** Create an index by which MongoDB deletes expired sessions. Default `true`. */
  ttlIndex?: boolean | undefined
}

/** Options of {@link MongodbStore.open}. */
export interface MongodbOpenOptions extends Layout {
  /**
   * Milliseconds to find a server, to connect to it and to get an answer, for each of these, unless the URL has another value. `0` for
   * the driver's defaults. Default 5000.
   */
  timeout?: number | undefined
}

/** Options of {@link MongodbStore}. */
export interface MongodbStoreOptions extends Layout {
  /** A `MongoClient`, connected or not. The store never closes it. */
  client: MongodbClient
}

const LAYOUT: Record<keyof Layout, true> = {
  ...RECORD_STORE_OPTIONS,
  dbName: true,
  collection: true,
  stringify: true,
  transformId: true,
  timestamps: true,
  ttlIndex: true,
}

const STORE_OPTIONS: Record<keyof MongodbStoreOptions, true> = { ...LAYOUT, client: true }

const OPEN_OPTIONS: Record<keyof MongodbOpenOptions, true> = { ...LAYOUT, timeout: true }

/** What replaces the options of connect-mongo. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  mongoUrl: 'the URL of MongodbStore.open',
  mongoOptions: 'part of the URL of MongodbStore.open, or of your client',
  clientPromise: '"client", which need not be connected yet',
  collectionName: '"collection"',
  autoRemove: '"ttlIndex" and "pruneInterval"',
  autoRemoveInterval: '"pruneInterval", in milliseconds',
  touchAfter: 'an option of the middleware, in milliseconds',
  serialize: '"codec"',
  unserialize: '"codec"',
  crypto: '"codec"',
  cryptoAdapter: '"codec"',
  writeOperationOptions: 'the write concern of the URL or of your client',
}

/** Throws a TypeError for a name that is not an option of `new MongodbStore()`. */
export function checkStoreOptions(options: object = {}): void {
  checkNames(options, Object.keys(STORE_OPTIONS))
}

/** Throws a TypeError for a name that is not an option of `MongodbStore.open()`. */
export function checkOpenOptions({ timeout, ...options }: MongodbOpenOptions): void {
  checkNames(options, Object.keys(OPEN_OPTIONS))
  if (timeout === undefined || (Number.isInteger(timeout) && timeout >= 0 && timeout < 2 ** 31)) return
  throw new TypeError('The option "timeout" must be a whole number of milliseconds')
}

function checkNames(options: object, names: string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || !Object.hasOwn(ELSEWHERE, name)) continue
    throw new TypeError(`The option "${name}" is one of connect-mongo; here it is ${ELSEWHERE[name]}`)
  }
  checkOptionNames(options, names, 'MongodbStore')
}

/** Throws a TypeError that names an option with a wrong value. */
export function checkValues(options: MongodbStoreOptions): void {
  const { client, dbName, collection, transformId, stringify, timestamps, ttlIndex } = options
  checkClient(client)
  if (dbName !== undefined && (typeof dbName !== 'string' || dbName === ''))
    throw new TypeError('The option "dbName" must be the name of a database')
  if (collection !== undefined && (typeof collection !== 'string' || collection === ''))
    throw new TypeError('The option "collection" must be the name of a collection')
  if (transformId !== undefined && typeof transformId !== 'function')
    throw new TypeError('The option "transformId" must be a function')
  if (transformId !== undefined && options.owner !== undefined) {
    throw new TypeError(
      'The option "owner" cannot be combined with "transformId", because a listed session could not be destroyed. Use "hashIds" instead',
    )
  }
  for (const [name, flag] of Object.entries({ stringify, timestamps, ttlIndex })) {
    if (flag !== undefined && typeof flag !== 'boolean')
      throw new TypeError(`The option "${name}" must be true or false`)
  }
}

function checkClient(client: Partial<MongodbClient> | null | undefined): void {
  if (typeof client === 'function') {
    throw new TypeError(
      'The option "client" must be a MongoClient, not a class or a function that makes one: new MongoClient(url)',
    )
  }
  if (typeof client?.db !== 'function' || typeof client.connect !== 'function')
    throw new TypeError('The option "client" must be a MongoClient')
}
