import { connectRedis } from '../lib/drivers.mjs'
import { openSqlite } from '../lib/sqlite.mjs'

/**
 * Opens Coatcheck's store of a kind, or the store that most people use with express-session. Both have the same driver with the same
 * settings.
 */

/** The number of connections of each server to PostgreSQL, MySQL or MongoDB. */
const POOL = 10

const OPENERS = {
  memory: {
    coatcheck: session => ({ store: new session.MemoryStore() }),
    'express-session': session => ({ store: new session.MemoryStore() }),
  },

  /** Memory stores for production with one process. */
  'memory-bounded': {
    async coatcheck() {
      const { MemoryStore } = await import('@coatcheck/store-memory')
      return { store: new MemoryStore() }
    },
    async 'express-session'(session) {
      const { default: memorystore } = await import('memorystore')
      return { store: new (memorystore(session))({ checkPeriod: 900_000 }) }
    },
  },

  redis: {
    async coatcheck(_, url, watch) {
      const { RedisStore } = await import('@coatcheck/store-redis')
      const client = await nodeRedis(url)
      return { store: new RedisStore({ client: watch(client) }) }
    },
    async 'express-session'(_, url) {
      const { RedisStore } = await import(connectRedis)
      const client = await nodeRedis(url)
      return { store: new RedisStore({ client }) }
    },
  },

  postgres: {
    async coatcheck(_, url, watch) {
      const { PostgresStore } = await import('@coatcheck/store-postgres')
      const client = await pgPool(url)
      return {
        store: new PostgresStore({ client: watch(client), table: 'coatcheck' }),
        close: () => client.end(),
      }
    },
    async 'express-session'(session, url) {
      const { default: connectPgSimple } = await import('connect-pg-simple')
      const client = await pgPool(url)
      const PgStore = connectPgSimple(session)
      const store = new PgStore({ pool: client, tableName: 'peer', createTableIfMissing: true })
      return { store }
    },
  },

  mysql: {
    async coatcheck(_, url, watch) {
      const { MysqlStore } = await import('@coatcheck/store-mysql')
      const client = await mysqlPool(url)
      return {
        store: new MysqlStore({ client: watch(client), table: 'coatcheck' }),
        close: () => client.end(),
      }
    },
    async 'express-session'(session, url) {
      const { default: makeStore } = await import('express-mysql-session')
      const client = await mysqlPool(url)
      const options = { clearExpired: false, createDatabaseTable: true, schema: { tableName: 'peer' } }
      const store = new (makeStore(session))(options, client)
      await store.onReady()
      return { store, close: () => client.end() }
    },
  },

  sqlite: {
    async coatcheck(_, driver, watch) {
      const { SqliteStore } = await import('@coatcheck/store-sqlite')
      return onSqliteFile(driver, client => new SqliteStore({ client: watch(client) }))
    },
    async 'express-session'(session, driver) {
      const { default: makeStore } = await import('better-sqlite3-session-store')
      return onSqliteFile(driver, client => new (makeStore(session))({ client }))
    },
  },

  mongodb: {
    async coatcheck(_, url, watch) {
      const { MongodbStore } = await import('@coatcheck/store-mongodb')
      const client = await mongoClient(url)
      const store = new MongodbStore({ client: watch(client), dbName: 'bench_coatcheck', ttlIndex: false })
      return { store }
    },
    async 'express-session'(_, url) {
      const { default: MongoStore } = await import('connect-mongo')
      const client = await mongoClient(url)
      const store = MongoStore.create({ client, dbName: 'bench_peer', autoRemove: 'disabled' })
      return { store }
    },
  },
}

/**
 * Returns `{ store, close }` for a kind of store and a middleware. `url` is that of the server; for SQLite it may be the name of a driver.
 * `watch` may wrap the client of our store.
 */
export async function openStore(kind, middleware, session, url, watch = client => client) {
  return { close() {}, ...(await OPENERS[kind][middleware](session, url, watch)) }
}

async function nodeRedis(url) {
  const { createClient } = await import('redis')
  return createClient({ url }).connect()
}

async function pgPool(url) {
  const { default: pg } = await import('pg')
  return new pg.Pool({ connectionString: url, max: POOL })
}

async function mysqlPool(uri) {
  const { default: mysql } = await import('mysql2/promise')
  return mysql.createPool({ uri, connectionLimit: POOL })
}

async function mongoClient(url) {
  const { MongoClient } = await import('mongodb')
  return new MongoClient(url, { maxPoolSize: POOL }).connect()
}

/** Both stores use WAL mode, as in production. */
async function onSqliteFile(driver, makeStore) {
  const [{ mkdtempSync, rmSync }, { tmpdir }, { join }] = await Promise.all([
    import('node:fs'),
    import('node:os'),
    import('node:path'),
  ])
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-bench-'))
  const client = await openSqlite(join(folder, 'sessions.db'), driver)
  client.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  const close = () => {
    client.close()
    rmSync(folder, { recursive: true })
  }
  return { store: makeStore(client), close }
}
