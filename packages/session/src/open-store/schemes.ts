import type { Store } from '../store/store.ts'
import type { OptionType } from './store-url.ts'

/** A store of this project. */
export interface Kind {
  /** For messages. */
  readonly label: string
  readonly package: string
  /** The class that the package exports. */
  readonly store: string
  /** The driver that has to be installed too. */
  readonly driver?: string
  /** The driver with the version to install, for a major version of Node. */
  readonly driverFor?: (node: number) => string
  readonly options: Readonly<Record<string, OptionType>>
  /** Whether this is an option of the driver, although it resembles one of the store. Absent if the URL cannot have driver options. */
  readonly isDriverOption?: (name: string) => boolean
  /** Whether the URL names a file. */
  readonly file?: boolean
}

/** Makes a store for a URL with your own scheme. `options` is the object that `openStore` was given. */
export type OpenScheme = (url: string, options: Record<string, unknown>) => Store | Promise<Store>

/** Options of every store that a query string may have. */
const COMMON = { ttl: 'number', pruneInterval: 'number or false', hashIds: 'boolean' } as const

const MEMORY: Kind = {
  label: 'memory',
  package: '@coatcheck/store-memory',
  store: 'MemoryStore',
  options: { ...COMMON, max: 'number', maxBytes: 'number' },
}

const SQLITE: Kind = {
  label: 'SQLite',
  package: '@coatcheck/store-sqlite',
  store: 'SqliteStore',
  driver: 'better-sqlite3',
  driverFor: node => (node < 22 ? 'better-sqlite3@12' : 'better-sqlite3'),
  options: { ...COMMON, table: 'text', busyTimeout: 'number' },
  file: true,
}

const REDIS: Kind = {
  label: 'Redis',
  package: '@coatcheck/store-redis',
  store: 'RedisStore',
  driver: 'ioredis',
  // No `pruneInterval`: Redis itself deletes expired keys.
  options: {
    ttl: COMMON.ttl,
    hashIds: COMMON.hashIds,
    prefix: 'text',
    scanCount: 'number',
    timeout: 'number',
  },
}

const POSTGRES: Kind = {
  label: 'PostgreSQL',
  package: '@coatcheck/store-postgres',
  store: 'PostgresStore',
  driver: 'pg',
  // Options of libpq and pg with several words have underscores.
  isDriverOption: name => name.includes('_') || ['ssl', 'min'].includes(name),
  options: {
    ...COMMON,
    schema: 'text',
    table: 'text',
    createTable: 'boolean',
    unlogged: 'boolean',
    prepare: 'boolean',
    max: 'number',
    connectTimeout: 'number',
    queryTimeout: 'number',
  },
}

const MYSQL: Kind = {
  label: 'MySQL',
  package: '@coatcheck/store-mysql',
  store: 'MysqlStore',
  driver: 'mysql2',
  isDriverOption: name => name === 'ssl',
  options: {
    ...COMMON,
    database: 'text',
    table: 'text',
    createTable: 'boolean',
    prepare: 'boolean',
    max: 'number',
    connectTimeout: 'number',
    queryTimeout: 'number',
  },
}

const MONGODB: Kind = {
  label: 'MongoDB',
  package: '@coatcheck/store-mongodb',
  store: 'MongodbStore',
  driver: 'mongodb',
  isDriverOption: name => /^(tls|ssl|w?timeout(ms)?)$/i.test(name) && name !== 'timeout',
  options: {
    ...COMMON,
    dbName: 'text',
    collection: 'text',
    stringify: 'boolean',
    timestamps: 'boolean',
    ttlIndex: 'boolean',
    timeout: 'number',
  },
}

const DYNAMODB: Kind = {
  label: 'DynamoDB',
  package: '@coatcheck/store-dynamodb',
  store: 'DynamodbStore',
  driver: '@aws-sdk/client-dynamodb',
  // No `pruneInterval`: DynamoDB itself deletes expired items.
  options: {
    ttl: COMMON.ttl,
    hashIds: COMMON.hashIds,
    table: 'text',
    prefix: 'text',
    createTable: 'boolean',
    consistentRead: 'boolean',
    timeout: 'number',
    region: 'text',
    endpoint: 'text',
  },
}

const KINDS: Readonly<Record<string, Kind>> = {
  memory: MEMORY,
  sqlite: SQLITE,
  redis: REDIS,
  rediss: REDIS,
  'redis+sentinel': REDIS,
  'rediss+sentinel': REDIS,
  'redis+cluster': REDIS,
  'rediss+cluster': REDIS,
  postgres: POSTGRES,
  postgresql: POSTGRES,
  mysql: MYSQL,
  mariadb: MYSQL,
  mongodb: MONGODB,
  'mongodb+srv': MONGODB,
  dynamodb: DYNAMODB,
}

const registered = new Map<string, OpenScheme>()

export function kindOf(scheme: string): Kind | undefined {
  return Object.hasOwn(KINDS, scheme) ? KINDS[scheme] : undefined
}

export function schemeOf(name: string): OpenScheme | undefined {
  return registered.get(name)
}

/**
 * Let `openStore` open URLs that begin with `name:`, in this process. `open` is given the whole URL. Registering a name again replaces
 * its function. Throws a TypeError when `name` is not a scheme, or is a scheme of this package.
 */
export function registerScheme(name: string, open: OpenScheme): void {
  if (typeof name !== 'string' || !/^[a-z][a-z0-9.+-]*$/.test(name)) {
    throw new TypeError('registerScheme needs a name of lowercase letters, digits, ".", "+" and "-"')
  }
  if (kindOf(name)) throw new TypeError(`The scheme "${name}" is reserved: openStore already supports it`)
  if (typeof open !== 'function') {
    throw new TypeError('registerScheme needs a function that returns a store for a URL')
  }
  registered.set(name, open)
}
