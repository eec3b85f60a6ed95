import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type MysqlOpenOptions, MysqlStore, type MysqlStoreOptions } from '@coatcheck/store-mysql'
import mysql, { type Pool, type PoolOptions, type RowDataPacket } from 'mysql2/promise'
import { inject, onTestFinished } from 'vitest'

export { sessionOf } from '../../../session/test/support/session-of.ts'

/** The URL of the server, with another database or other parameters, as `{ charset: 'latin1' }`. */
export function urlOf(database?: string, parameters: Record<string, string> = {}): string {
  const url = new URL(inject('mysqlUrl'))
  if (database !== undefined) url.pathname = `/${encodeURIComponent(database)}`
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return String(url)
}

/** A pool that is ended when the test ends. */
export function openPool(database?: string, options: PoolOptions = {}): Pool {
  const pool = mysql.createPool({ uri: urlOf(database), ...options })
  onTestFinished(() => pool.end())
  return pool
}

/** The rows of a statement. */
export async function rowsOf(pool: Pick<Pool, 'query'>, sql: string, values: unknown[] = []) {
  const [rows] = await pool.query<RowDataPacket[]>(sql, values)
  return rows
}

/** A store that is closed when the test ends. */
export function openStore(options: MysqlOpenOptions = {}, url = urlOf()): MysqlStore {
  const store = MysqlStore.open(url, options)
  onTestFinished(() => store.close())
  return store
}

/** A store on a client of the test, closed when the test ends. */
export function storeOn(
  client: MysqlStoreOptions['client'],
  options: Omit<MysqlStoreOptions, 'client'> = {},
): MysqlStore {
  const store = new MysqlStore({ ...options, client })
  onTestFinished(() => store.close())
  return store
}

/** The name of a new database, removed with all that is in it when the test ends. */
export async function newDatabase(): Promise<string> {
  const database = `test_${randomBytes(6).toString('hex')}`
  const admin = await mysql.createConnection(urlOf())
  await admin.query(`CREATE DATABASE ${database}`)
  onTestFinished(async () => {
    await admin.query(`DROP DATABASE ${database}`)
    await admin.end()
  })
  return database
}

/** express-mysql-session's table, as its own script makes it. */
export const EXPRESS_MYSQL_SESSION = `
  CREATE TABLE IF NOT EXISTS sessions (
    session_id varchar(128) COLLATE utf8mb4_bin NOT NULL,
    expires int(11) unsigned NOT NULL,
    data mediumtext COLLATE utf8mb4_bin,
    PRIMARY KEY (session_id)
  ) ENGINE=InnoDB`

/** A connection that holds the row of `sid`, and lets others go on when it commits. */
export async function holdRow(database: string, sid: string, table = 'sessions', column = 'sid') {
  const client = await mysql.createConnection(urlOf(database))
  onTestFinished(() => client.destroy())
  await client.query('START TRANSACTION')
  await client.query(`SELECT * FROM ${table} WHERE ${column} = ? FOR UPDATE`, [sid])
  return {
    client,
    /** Resolves when so many others wait for a row. */
    async waiting(count: number) {
      const waiting =
        "SELECT COUNT(*) AS count FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
      const admin = openPool()
      // What it tells is as old as the first look, unless nobody has looked for a tenth of a second.
      while (Number((await rowsOf(admin, waiting))[0]!.count) < count) await sleep(150)
    },
    commit: () => client.query('COMMIT'),
  }
}
