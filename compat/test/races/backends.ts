import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryStore } from '@coatcheck/store-memory'
import { MongodbStore } from '@coatcheck/store-mongodb'
import { MysqlStore } from '@coatcheck/store-mysql'
import { PostgresStore } from '@coatcheck/store-postgres'
import { RedisStore } from '@coatcheck/store-redis'
import { SqliteStore } from '@coatcheck/store-sqlite'
import Database from 'better-sqlite3'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import mysql from 'mysql2/promise'
import pg from 'pg'
import type { IsStored } from './races.ts'

/** Two stores on one database, as in two processes, and a look into that. */
export interface Place<T> {
  stores: [T, T]
  isStored: IsStored
  close(): Promise<void>
}

/** One process has one store in memory. */
export async function openMemory(): Promise<Place<MemoryStore>> {
  const store = new MemoryStore()
  return {
    stores: [store, store],
    isStored: async sid => (await store.get(sid)) !== undefined,
    close: () => store.close(),
  }
}

export async function openSqlite(): Promise<Place<SqliteStore>> {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-races-'))
  const file = join(folder, 'sessions.db')
  const stores: [SqliteStore, SqliteStore] = [SqliteStore.open(file), SqliteStore.open(file)]
  await stores[0].length()
  const client = new Database(file)
  const row = client.prepare('SELECT 1 FROM sessions WHERE sid = ?')
  return {
    stores,
    isStored: async sid => row.get(sid) !== undefined,
    async close() {
      client.close()
      for (const store of stores) await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

export async function openRedis(url: string): Promise<Place<RedisStore>> {
  const prefix = 'races:'
  const stores: [RedisStore, RedisStore] = [
    RedisStore.open(url, { prefix }),
    RedisStore.open(url, { prefix }),
  ]
  const client = new Redis(url)
  return {
    stores,
    isStored: async sid => (await client.exists(prefix + sid)) === 1,
    async close() {
      client.disconnect()
      for (const store of stores) await store.close()
    },
  }
}

export async function openPostgres(url: string): Promise<Place<PostgresStore>> {
  const table = 'races'
  const stores: [PostgresStore, PostgresStore] = [
    PostgresStore.open(url, { table }),
    PostgresStore.open(url, { table }),
  ]
  const pool = new pg.Pool({ connectionString: url })
  return {
    stores,
    async isStored(sid) {
      return (await pool.query(`SELECT FROM ${table} WHERE sid = $1`, [sid])).rowCount === 1
    },
    async close() {
      await pool.end()
      for (const store of stores) await store.close()
    },
  }
}

export async function openMysql(url: string): Promise<Place<MysqlStore>> {
  const table = 'races'
  const stores: [MysqlStore, MysqlStore] = [MysqlStore.open(url, { table }), MysqlStore.open(url, { table })]
  const pool = mysql.createPool(url)
  return {
    stores,
    async isStored(sid) {
      const [rows] = await pool.query<mysql.RowDataPacket[]>(`SELECT 1 FROM ${table} WHERE sid = ?`, [sid])
      return rows.length === 1
    },
    async close() {
      await pool.end()
      for (const store of stores) await store.close()
    },
  }
}

/** `stringify` tells in which form the second store stores sessions: `false` is the middle of going over from one to the other. */
export async function openMongodb(url: string, { stringify = true } = {}): Promise<Place<MongodbStore>> {
  const collection = stringify ? 'races' : 'races-of-two-forms'
  const stores: [MongodbStore, MongodbStore] = [
    MongodbStore.open(url, { collection }),
    MongodbStore.open(url, { collection, stringify }),
  ]
  const client = await MongoClient.connect(url)
  const documents = client.db().collection<{ _id: string }>(collection)
  return {
    stores,
    isStored: async sid => (await documents.countDocuments({ _id: sid })) === 1,
    async close() {
      await client.close()
      for (const store of stores) await store.close()
    },
  }
}
