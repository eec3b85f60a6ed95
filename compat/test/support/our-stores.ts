import { join } from 'node:path'
import { type RecordStore, type SessionData, session } from '@coatcheck/session'
import { MemoryStore } from '@coatcheck/store-memory'
import { MongodbStore } from '@coatcheck/store-mongodb'
import { MysqlStore } from '@coatcheck/store-mysql'
import { PostgresStore } from '@coatcheck/store-postgres'
import { RedisStore } from '@coatcheck/store-redis'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { MongoClient } from 'mongodb'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { tempFolder } from '../../../packages/store-sqlite/test/support/files.ts'

/** What the tests use of a store, by promises. */
type Ours = Pick<RecordStore, 'get' | 'touch' | 'all'> & { close?(): Promise<void> }

/** One of our stores. */
export interface OurStore {
  store: Ours
  /** A store on the same sessions, as after a restart; missing for one that forgets them with its process. */
  again?(): Ours
}

/** Opens one that is emptied and closed when the test ends. */
export type OpenOurs = () => OurStore

let opened = 0

function used(open: () => RecordStore): OurStore {
  const again = () => {
    const store = open()
    onTestFinished(() => store.close())
    return store
  }
  // After the closing of all others, since what was registered last is done first.
  onTestFinished(async () => {
    const last = open()
    await last.clear()
    await last.close()
  })
  return { store: again(), again }
}

const unique = () => `compat_${process.pid}_${opened++}`

function openSqlite(): OurStore {
  const file = join(tempFolder(), 'sessions.db')
  return used(() => SqliteStore.open(file))
}

function openRedis(): OurStore {
  const prefix = `${unique()}:`
  return used(() => RedisStore.open(inject('redisUrl'), { prefix }))
}

function openPostgres(): OurStore {
  const [url, table] = [inject('postgresUrl'), unique()]
  onTestFinished(async () => {
    const client = new pg.Client(url)
    await client.connect()
    await client.query(`DROP TABLE IF EXISTS ${table}`)
    await client.end()
  })
  return used(() => PostgresStore.open(url, { table }))
}

function openMysql(): OurStore {
  const [url, table] = [inject('mysqlUrl'), unique()]
  onTestFinished(async () => {
    const client = await mysql.createConnection(url)
    await client.query(`DROP TABLE IF EXISTS ${table}`)
    await client.end()
  })
  return used(() => MysqlStore.open(url, { table }))
}

function openMongodb(): OurStore {
  const [url, collection] = [inject('mongodbUrl'), unique()]
  onTestFinished(async () => {
    const client = new MongoClient(url)
    await client.db().dropCollection(collection)
    await client.close()
  })
  return used(() => MongodbStore.open(url, { collection, ttlIndex: false }))
}

function openMemory(): OurStore {
  const { store } = used(() => new MemoryStore())
  return { store }
}

const openSessionMemory = (): OurStore => ({ store: new session.MemoryStore() as unknown as Ours })

/** Those that need no server. */
export const embeddedStores: [string, OpenOurs][] = [
  ['session.MemoryStore', openSessionMemory],
  ['@coatcheck/store-memory', openMemory],
  ['@coatcheck/store-sqlite', openSqlite],
]

/** Those that need one of a database. */
export const databaseStores: [string, OpenOurs][] = [
  ['@coatcheck/store-redis', openRedis],
  ['@coatcheck/store-postgres', openPostgres],
  ['@coatcheck/store-mysql', openMysql],
  ['@coatcheck/store-mongodb', openMongodb],
]

/** Milliseconds that a session has left, as the store tells it. */
export async function ttlOf(store: Ours, sid: string): Promise<number> {
  const { cookie } = (await store.get(sid)) as SessionData
  return new Date(cookie.expires as Date).valueOf() - Date.now()
}

/** Leave a session only so many milliseconds, as if time had passed. */
export async function age(store: Ours, sid: string, ttl: number): Promise<void> {
  const session = (await store.get(sid)) as SessionData
  const expires = new Date(Date.now() + ttl)
  await store.touch(sid, { ...session, cookie: { ...session.cookie, expires } as SessionData['cookie'] })
}
