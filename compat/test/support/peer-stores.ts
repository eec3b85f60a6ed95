import { join } from 'node:path'
import Database from 'better-sqlite3'
import betterSqlite3SessionStore from 'better-sqlite3-session-store'
import connectMongo from 'connect-mongo'
import connectPgSimple from 'connect-pg-simple'
import { RedisStore } from 'connect-redis'
import memorystore from 'memorystore'
import { MongoClient } from 'mongodb'
import pg from 'pg'
import { createClient } from 'redis'
import { inject, onTestFinished } from 'vitest'
import { tempFolder } from '../../../packages/store-sqlite/test/support/files.ts'
import type { SessionModule } from './sessions.ts'

/** A store of others, and its backend seen from behind its back. */
export interface PeerStore {
  store: unknown
  /** Ids of the sessions that lie there. */
  ids(): Promise<string[]>
  /** Milliseconds that a session has to live there. */
  ttlOf(sid: string): Promise<number>
  /** Leave a session only so many milliseconds there, as if time had passed. */
  age(sid: string, ttl: number): Promise<unknown>
  /** From here on every call of the store fails; missing for one that cannot fail. */
  cut?(): Promise<unknown>
}

/** Opens one that is closed when the test ends. `session` is what its factory is given, where it has one. */
export type OpenPeer = (session: SessionModule) => Promise<PeerStore>

const openMemorystore: OpenPeer = async session => {
  const MemoryStore = memorystore(session as never)
  const store = new MemoryStore({})
  // Its cache is public in JavaScript.
  const { store: cache } = store as unknown as {
    store: {
      keys(): string[]
      dump(): { k: string; e: number }[]
      peek(sid: string): string
      set(sid: string, text: string, ttl: number): void
    }
  }
  return {
    store,
    ids: async () => cache.keys(),
    ttlOf: async sid => cache.dump().find(({ k }) => k === sid)!.e - Date.now(),
    age: async (sid, ttl) => cache.set(sid, cache.peek(sid), ttl),
  }
}

const openBetterSqlite3SessionStore: OpenPeer = async session => {
  const client = new Database(join(tempFolder(), 'sessions.db'))
  onTestFinished(() => void client.close())
  const SqliteStore = betterSqlite3SessionStore(session)
  const row = (sid: string) => client.prepare('SELECT expire FROM sessions WHERE sid = ?').get(sid)
  return {
    store: new SqliteStore({ client }),
    ids: async () => client.prepare('SELECT sid FROM sessions').pluck().all() as string[],
    ttlOf: async sid => Date.parse((row(sid) as { expire: string }).expire) - Date.now(),
    async age(sid, ttl) {
      const expire = new Date(Date.now() + ttl).toISOString()
      client.prepare('UPDATE sessions SET expire = ? WHERE sid = ?').run(expire, sid)
    },
    cut: async () => client.close(),
  }
}

let opened = 0

const openConnectRedis: OpenPeer = async () => {
  const url = inject('redisUrl')
  const client = await createClient({ url }).connect()
  const behind = await createClient({ url }).connect()
  onTestFinished(() => {
    if (client.isOpen) client.destroy()
    behind.destroy()
  })
  const prefix = `compat-connect-redis-${process.pid}-${opened++}:`
  return {
    store: new RedisStore({ client, prefix }),
    ids: async () => (await behind.keys(`${prefix}*`)).map(key => key.slice(prefix.length)),
    ttlOf: sid => behind.pTTL(prefix + sid),
    age: (sid, ttl) => behind.pExpire(prefix + sid, ttl),
    cut: async () => client.destroy(),
  }
}

const openConnectPgSimple: OpenPeer = async session => {
  const pool = new pg.Pool({ connectionString: inject('postgresUrl') })
  const behind = new pg.Pool({ connectionString: inject('postgresUrl') })
  // In a schema of its own: the names of its key and its index are the same for every table.
  const schemaName = `compat_connect_pg_simple_${process.pid}_${opened++}`
  const tableName = `${schemaName}.session`
  await behind.query(`CREATE SCHEMA ${schemaName}`)
  const PgStore = connectPgSimple(session as never)
  const store = new PgStore({ pool, schemaName, createTableIfMissing: true, pruneSessionInterval: false })
  onTestFinished(async () => {
    await behind.query(`DROP SCHEMA ${schemaName} CASCADE`)
    await behind.end()
    if (!pool.ended) await pool.end()
  })
  return {
    store,
    // The table is made by the first call.
    async ids() {
      const { rows } = await behind.query('SELECT to_regclass($1) AS name', [tableName])
      if (!rows[0].name) return []
      return (await behind.query(`SELECT sid FROM ${tableName}`)).rows.map(row => row.sid)
    },
    async ttlOf(sid) {
      const left = `SELECT extract(epoch FROM expire - localtimestamp) * 1000 AS ttl FROM ${tableName} WHERE sid = $1`
      return Number((await behind.query(left, [sid])).rows[0].ttl)
    },
    age: (sid, ttl) =>
      behind.query(
        `UPDATE ${tableName} SET expire = localtimestamp + $2 * interval '1 millisecond' WHERE sid = $1`,
        [sid, ttl],
      ),
    cut: () => pool.end(),
  }
}

const openConnectMongo: OpenPeer = async () => {
  const client = await new MongoClient(inject('mongodbUrl')).connect()
  const behind = await new MongoClient(inject('mongodbUrl')).connect()
  const collectionName = `compat_connect_mongo_${process.pid}_${opened++}`
  const collection = behind.db().collection<{ _id: string; expires: Date }>(collectionName)
  const store = connectMongo.create({ client, collectionName, autoRemove: 'disabled' })
  onTestFinished(async () => {
    await collection.drop()
    await behind.close()
    await client.close()
  })
  return {
    store,
    ids: async () => (await collection.find().toArray()).map(({ _id }) => _id),
    ttlOf: async sid => (await collection.findOne({ _id: sid }))!.expires.valueOf() - Date.now(),
    age: (sid, ttl) => collection.updateOne({ _id: sid }, { $set: { expires: new Date(Date.now() + ttl) } }),
    cut: () => client.close(),
  }
}

/** Those that need no server. */
export const embeddedPeers: [string, OpenPeer][] = [
  ['memorystore', openMemorystore],
  ['better-sqlite3-session-store', openBetterSqlite3SessionStore],
]

/** Those that need one of a database. */
export const databasePeers: [string, OpenPeer][] = [
  ['connect-redis', openConnectRedis],
  ['connect-pg-simple', openConnectPgSimple],
  ['connect-mongo', openConnectMongo],
]
