import connectPgSimple from 'connect-pg-simple'
import { RedisStore } from 'connect-redis'
import session, { type Store } from 'express-session'
import pg from 'pg'
import { createClient } from 'redis'
import type { Place } from './backends.ts'

export async function openConnectRedis(url: string): Promise<Place<Store>> {
  const client = await createClient({ url }).connect()
  const prefix = 'races-connect-redis:'
  const open = () => new RedisStore({ client, prefix }) as unknown as Store
  return {
    stores: [open(), open()],
    isStored: async sid => (await client.exists(prefix + sid)) === 1,
    async close() {
      client.destroy()
    },
  }
}

export async function openConnectPgSimple(connectionString: string): Promise<Place<Store>> {
  const PgStore = connectPgSimple(session)
  const pool = new pg.Pool({ connectionString })
  const tableName = 'races_connect_pg_simple'
  await pool.query(`
    DROP TABLE IF EXISTS ${tableName};
    CREATE TABLE ${tableName} (sid varchar PRIMARY KEY, sess json NOT NULL, expire timestamp(6) NOT NULL)`)
  const open = () => new PgStore({ pool, tableName, pruneSessionInterval: false })
  return {
    stores: [open(), open()],
    async isStored(sid) {
      return (await pool.query(`SELECT FROM ${tableName} WHERE sid = $1`, [sid])).rowCount === 1
    },
    close: () => pool.end(),
  }
}
