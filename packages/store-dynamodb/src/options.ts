import { checkOptionNames, RECORD_STORE_OPTIONS, type RecordStoreOptions } from '@coatcheck/session'
import type { DynamodbClient } from './client.ts'

interface Layout extends Omit<RecordStoreOptions, 'pruneInterval'> {
  /** Name or ARN of the table. Default `'sessions'`. */
  table?: string | undefined
  /** What the keys of the sessions begin with. Stores with different prefixes can share a table. Default `'sess:'`. */
  prefix?: string | undefined
  /** Create the table, with on-demand capacity and TTL, if it does not exist. Default `true`. */
  createTable?: boolean | undefined
  /**
   * Whether a read sees every write before it. `false` for reads and listings at half the price, which may miss the last second: a login,
   * or a logout. Default `true`.
   */
  consistentRead?: boolean | undefined
  /** Milliseconds that DynamoDB has to answer a command, with all attempts of the SDK. Default 5000. */
  timeout?: number | undefined
}

/** Options of {@link DynamodbStore.open}. */
export interface DynamodbOpenOptions extends Layout {
  /** The AWS region. Default: that of the URL, else that of the environment. */
  region?: string | undefined
  /** URL of a server that is not the one of the region, such as `'http://localhost:8000'`. */
  endpoint?: string | undefined
}

/** Options of {@link DynamodbStore}. */
export interface DynamodbStoreOptions extends Layout {
  /** A `DynamoDBClient` of `@aws-sdk/client-dynamodb`. The store never destroys it. */
  client: DynamodbClient
}

/** `pruneInterval` has no effect: DynamoDB itself deletes expired sessions. */
const LAYOUT: Record<keyof Layout | keyof RecordStoreOptions, true> = {
  ...RECORD_STORE_OPTIONS,
  table: true,
  prefix: true,
  createTable: true,
  consistentRead: true,
  timeout: true,
}

const STORE_OPTIONS: Record<keyof DynamodbStoreOptions, true> = { ...LAYOUT, client: true }

const OPEN_OPTIONS: Record<keyof DynamodbOpenOptions, true> = { ...LAYOUT, region: true, endpoint: true }

/** The default of `timeout`. */
export const TIMEOUT = 5000

/** What replaces the options of connect-dynamodb. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  hashKey: 'read from the table',
  readCapacityUnits: 'a setting of the table; the store creates tables with on-demand capacity',
  writeCapacityUnits: 'a setting of the table; the store creates tables with on-demand capacity',
  specialKeys: '"owner" for the sessions of a user',
  skipThrowMissingSpecialKeys: '"owner" for the sessions of a user',
  initialized: '"createTable"',
  reapInterval: 'the TTL of the table, by which DynamoDB deletes expired sessions',
  touchAfter: 'an option of the middleware, in milliseconds',
}

/** Throws a TypeError for a name that is not an option of `new DynamodbStore()`. */
export function checkStoreOptions(options: object = {}): void {
  checkNames(options, Object.keys(STORE_OPTIONS))
}

/** Throws a TypeError for a name that is not an option of `DynamodbStore.open()`. */
export function checkOpenOptions(options: DynamodbOpenOptions): void {
  checkNames(options, Object.keys(OPEN_OPTIONS))
  checkTimeout(options.timeout)
}

function checkNames(options: object, names: string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || !Object.hasOwn(ELSEWHERE, name)) continue
    throw new TypeError(`The option "${name}" is one of connect-dynamodb; here it is ${ELSEWHERE[name]}`)
  }
  checkOptionNames(options, names, 'DynamodbStore')
}

/** Throws a TypeError that names an option with a wrong value. */
export function checkValues({ client, table, prefix, timeout, ...flags }: DynamodbStoreOptions): void {
  if (typeof client === 'function' || typeof client?.send !== 'function')
    throw new TypeError('The option "client" must be a DynamoDBClient: new DynamoDBClient({})')
  if (table !== undefined && (typeof table !== 'string' || table === ''))
    throw new TypeError('The option "table" must be the name of a table')
  if (prefix !== undefined && typeof prefix !== 'string')
    throw new TypeError('The option "prefix" must be a string')
  checkTimeout(timeout)
  for (const name of ['createTable', 'consistentRead'] as const) {
    if (flags[name] !== undefined && typeof flags[name] !== 'boolean')
      throw new TypeError(`The option "${name}" must be true or false`)
  }
}

function checkTimeout(timeout: unknown): void {
  const whole = Number.isInteger(timeout) && (timeout as number) > 0 && (timeout as number) < 2 ** 31
  if (timeout !== undefined && !whole)
    throw new TypeError(
      'The option "timeout" must be a whole number of milliseconds greater than 0 and less than 2 ** 31',
    )
}
