import type { Subject } from '@coatcheck/store-conformance'
import { type MysqlPromiseClient, MysqlStore } from '@coatcheck/store-mysql'
import mysql from 'mysql2/promise'
import * as shared from '../../../session/test/support/table-subject.ts'
import { EXPRESS_MYSQL_SESSION } from './mysql.ts'

export type Connected = shared.Connected<MysqlPromiseClient>

/** How the stores of a subject differ from those of the others. */
export interface Kind extends shared.TableKind<MysqlPromiseClient> {
  /** Whose table it is. */
  readonly layout?: keyof typeof layouts
}

const layouts = {
  own: { sid: 'sid', unit: 1, ddl: () => [] },
  'express-mysql-session': {
    sid: 'session_id',
    unit: 1000,
    ddl: (table: string) => [EXPRESS_MYSQL_SESSION.replace(/\bsessions\b/, table)],
  },
}

/** A client with its connections made: that takes longer than some lifetimes are. */
async function connectMysql(url: string, single: boolean): Promise<Connected> {
  if (single) {
    const client = await mysql.createConnection(url)
    return { client, end: () => client.end() }
  }
  const pool = mysql.createPool({ uri: url, connectionLimit: shared.CONNECTIONS })
  await Promise.all(Array.from({ length: shared.CONNECTIONS }, () => pool.query('DO 1')))
  return { client: pool, end: () => pool.end() }
}

/** Stores on MySQL. */
export function mysqlSubject({
  name,
  url,
  single = false,
  prepare = true,
  layout = 'own',
  connect = url => connectMysql(url, single),
}: Kind): Subject {
  const { sid: column, unit, ddl } = layouts[layout]
  return shared.tableSubject<MysqlPromiseClient, MysqlStore>({
    name,
    granularityMs: unit,
    connect: () => connect(url),
    query:
      client =>
      async (sql, values = []) =>
        (await client.query({ sql, values }))[0],
    tableOf: namespace => `\`${namespace}\``,
    made: ddl,
    open: ({ client, table, ttl, owner }, chaos) =>
      new MysqlStore({ client: chaos(client, ['query', 'execute']), table, ttl, owner, prepare }),
    async lock(table, sid) {
      const locking = await mysql.createConnection(url)
      await locking.beginTransaction()
      await locking.query(`SELECT * FROM ${table} WHERE ${column} = ? FOR UPDATE`, [sid])
      return () => locking.end()
    },
    put(query, table, sid, text) {
      const end = `FLOOR((UNIX_TIMESTAMP() * 1000 + 60000) / ${unit})`
      const insert = `
        INSERT INTO ${table} (${column}, data, expires) VALUES (?, ?, ${end})
        ON DUPLICATE KEY UPDATE data = VALUES(data)`
      return query(insert, [sid, text])
    },
    age: (query, table, sid, ms) =>
      query(`UPDATE ${table} SET expires = expires - ? WHERE ${column} = ?`, [ms / unit, sid]),
  })
}
