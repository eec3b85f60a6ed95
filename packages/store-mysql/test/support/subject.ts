import { defineSubject, type Subject } from '@coatcheck/store-conformance'
import { type MysqlPromiseClient, MysqlStore } from '@coatcheck/store-mysql'
import mysql from 'mysql2/promise'
import { EXPRESS_MYSQL_SESSION } from './mysql.ts'

/** What a store is given, and how it is given up. */
export interface Connected {
  readonly client: MysqlPromiseClient
  end(): Promise<unknown>
}

/** How the stores of a subject differ from those of the others. */
export interface Kind {
  readonly name: string
  readonly url: string
  /** Something else than connections of mysql2. */
  readonly connect?: (url: string) => Promise<Connected> | Connected
  /** A single connection in place of a pool. */
  readonly single?: boolean
  readonly prepare?: boolean
  /** Whose table it is. */
  readonly layout?: keyof typeof layouts
}

const layouts = {
  own: { sid: 'sid', unit: 1, ddl: undefined },
  'express-mysql-session': { sid: 'session_id', unit: 1000, ddl: EXPRESS_MYSQL_SESSION },
}

/** What the suite is not told by the store itself. */
interface Place {
  readonly connected: Connected
  readonly table: string
}

/** How many connections a pool has. */
const CONNECTIONS = 2

/** A client with its connections made: that takes longer than some lifetimes are. */
async function connectMysql(url: string, single: boolean): Promise<Connected> {
  if (single) {
    const client = await mysql.createConnection(url)
    return { client, end: () => client.end() }
  }
  const pool = mysql.createPool({ uri: url, connectionLimit: CONNECTIONS })
  await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.query('DO 1')))
  return { client: pool, end: () => pool.end() }
}

/** Each store has connections to itself, as in so many processes; when it is closed, the next one gets them. */
export function mysqlSubject({
  name,
  url,
  single = false,
  prepare = true,
  layout = 'own',
  connect = url => connectMysql(url, single),
}: Kind): Subject {
  const { sid: column, unit, ddl } = layouts[layout]
  const places = new WeakMap<MysqlStore, Place>()
  const made = new Map<string, Promise<unknown>>()
  const free: Connected[] = []
  let admin: Connected
  /** Holds the lock of a row. */
  let locking: mysql.Connection | undefined

  /** Where the store keeps its sessions: a client that is not disturbed, and the table, which is made at first use. */
  async function placeOf(store: MysqlStore) {
    await store.length()
    const { connected, table } = places.get(store)!
    const query = async (sql: string, values: unknown[] = []) =>
      (await connected.client.query({ sql, values }))[0]
    return { table, query }
  }

  return defineSubject({
    name,
    granularityMs: unit,
    shared: true,
    async setup() {
      admin = await connect(url)
    },
    async teardown() {
      for (const table of made.keys()) await admin.client.query({ sql: `DROP TABLE IF EXISTS ${table}` })
      await Promise.all([admin, ...free].map(connected => connected.end()))
    },
    async create({ namespace, ttlMs, chaos, fresh }) {
      const table = `\`${namespace}\``
      const make = async () => {
        if (ddl) await admin.client.query({ sql: ddl.replace(/\bsessions\b/, table) })
      }
      if (!made.has(table)) made.set(table, make())
      await made.get(table)
      const connected = free.pop() ?? (await connect(url))
      const watched = chaos(connected.client, ['query', 'execute'])
      const store = new MysqlStore({ client: watched, table: namespace, ttl: ttlMs, prepare })
      places.set(store, { connected, table })
      // To make the table takes longer than some lifetimes are.
      if (!fresh) await store.length()
      return store
    },
    async dispose(store: MysqlStore) {
      await store.close()
      free.push(places.get(store)!.connected)
    },
    backend: {
      async lock(store: MysqlStore, sid) {
        const { table } = places.get(store)!
        locking = await mysql.createConnection(url)
        await locking.beginTransaction()
        await locking.query(`SELECT * FROM ${table} WHERE ${column} = ? FOR UPDATE`, [sid])
      },
      async up() {
        await locking?.end()
        locking = undefined
      },
      async putRaw(store: MysqlStore, sid, text) {
        const { query, table } = await placeOf(store)
        const end = `FLOOR((UNIX_TIMESTAMP() * 1000 + 60000) / ${unit})`
        const insert = `
          INSERT INTO ${table} (${column}, data, expires) VALUES (?, ?, ${end})
          ON DUPLICATE KEY UPDATE data = VALUES(data)`
        await query(insert, [sid, text])
      },
      async rows(store: MysqlStore) {
        const { query, table } = await placeOf(store)
        return Number((await query(`SELECT COUNT(*) AS count FROM ${table}`))[0].count)
      },
      sweep: (store: MysqlStore) => store.prune(),
      async age(store: MysqlStore, sid, ms) {
        const { query, table } = await placeOf(store)
        await query(`UPDATE ${table} SET expires = expires - ? WHERE ${column} = ?`, [ms / unit, sid])
      },
    },
  })
}
