import type { SyntaxNode } from './syntax.ts'

/** What becomes of an option of a store. */
export type Fate =
  | { keep: true }
  | { drop: true; note?: string }
  /** Another name or value; `undefined` is the same as before. */
  | { name?: string; value?: string; note?: string }
  /** The value is the URL that `open` takes. */
  | { url: true }
  /** Nobody but its author knows what to do. */
  | { refuse: string }

/** A store package for express-session, and the store that uses the same sessions. */
export interface Peer {
  readonly name: string
  readonly to: string
  readonly Store: string
  /** What it exports: the class, or a function that is given the middleware and returns the class; `either` differs by version. */
  readonly exports: 'class' | 'factory' | 'either'
  /** The name by which the class is exported too. */
  readonly named?: string
  /** The package of the driver; the first that is needed for `open`. */
  readonly driver?: string
  readonly options: Readonly<Record<string, (value: SyntaxNode) => Fate>>
  /** Options of the new store without which it would do something else, unless they are given. */
  readonly defaults: Readonly<Record<string, string>>
  /** One of these has to be there. */
  readonly needs: readonly string[]
}

const keep = (): Fate => ({ keep: true })
const drop = (): Fate => ({ drop: true })
const url = (): Fate => ({ url: true })
const named = (name: string) => (): Fate => ({ name })
const refuse = (text: string) => (): Fate => ({ refuse: text })

/** A product of whole numbers. */
const PRODUCT = /^[\d_]+(\s*\*\s*[\d_]+)*$/

/** A number of seconds becomes one of milliseconds. A name or a call may also be a function, which the new stores do not take. */
function seconds(name: string): (value: SyntaxNode) => Fate {
  return value => {
    if (value.text() === 'false') return name === 'pruneInterval' ? { name } : { refuse: 'is false' }
    if (PRODUCT.test(value.text())) return { name, value: `${value.text()} * 1000` }
    return { refuse: 'may be a function: the new store takes milliseconds' }
  }
}

const CODEC = refuse('has to be rewritten as "codec"')
const NO_TOUCH = refuse('has no counterpart: the middleware decides, with touchAfter')

export const PEERS: readonly Peer[] = [
  {
    name: 'connect-redis',
    to: '@coatcheck/store-redis',
    Store: 'RedisStore',
    exports: 'either',
    named: 'RedisStore',
    options: {
      client: keep,
      prefix: keep,
      scanCount: keep,
      ttl: seconds('ttl'),
      serializer: CODEC,
      disableTouch: NO_TOUCH,
      disableTTL: refuse('has no counterpart: a session without an expiry would never end'),
    },
    defaults: {},
    needs: ['client'],
  },
  {
    name: 'connect-pg-simple',
    to: '@coatcheck/store-postgres',
    Store: 'PostgresStore',
    exports: 'factory',
    driver: 'pg',
    options: {
      pool: named('client'),
      conString: url,
      tableName: named('table'),
      schemaName: named('schema'),
      createTableIfMissing: value => (value.text() === 'true' ? { drop: true } : { name: 'createTable' }),
      ttl: seconds('ttl'),
      pruneSessionInterval: seconds('pruneInterval'),
      disableTouch: NO_TOUCH,
      errorLog: () => ({
        drop: true,
        note: "errorLog is gone: listen with pool.on('error', …) and process.on('warning', …)",
      }),
    },
    defaults: { table: "'session'" },
    needs: ['pool', 'conString'],
  },
  {
    name: 'connect-mongo',
    to: '@coatcheck/store-mongodb',
    Store: 'MongodbStore',
    exports: 'class',
    named: 'MongoStore',
    driver: 'mongodb',
    options: {
      client: keep,
      mongoUrl: url,
      dbName: keep,
      stringify: keep,
      transformId: keep,
      timestamps: keep,
      collectionName: named('collection'),
      ttl: seconds('ttl'),
      autoRemove: value =>
        /^.native.$/.test(value.text())
          ? drop()
          : { refuse: 'has to be rewritten as ttlIndex and pruneInterval' },
      touchAfter: value => ({
        drop: true,
        note: `touchAfter is an option of session() now, in milliseconds: touchAfter: ${value.text()} * 1000`,
      }),
      crypto: CODEC,
      cryptoAdapter: CODEC,
      serialize: CODEC,
      unserialize: CODEC,
    },
    defaults: { ttl: '14 * 24 * 60 * 60 * 1000' },
    needs: ['client', 'mongoUrl'],
  },
  {
    name: 'memorystore',
    to: '@coatcheck/store-memory',
    Store: 'MemoryStore',
    exports: 'factory',
    options: {
      max: keep,
      checkPeriod: named('pruneInterval'),
      ttl: refuse('also replaced the expiry of the cookie: set cookie.maxAge'),
      noDisposeOnSet: drop,
      serializer: CODEC,
    },
    defaults: {},
    needs: [],
  },
]

/** Stores that work under the new middleware as they are. */
export const OTHERS: readonly string[] = [
  '@quixo3/prisma-session-store',
  'better-sqlite3-session-store',
  'connect-dynamodb',
  'connect-memcached',
  'connect-mongodb-session',
  'connect-session-knex',
  'connect-session-sequelize',
  'connect-sqlite3',
  'connect-typeorm',
  'express-mysql-session',
  'session-file-store',
]
