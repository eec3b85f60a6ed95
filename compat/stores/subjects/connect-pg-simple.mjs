import connectPgSimple from 'connect-pg-simple'
import session from 'express-session'
import pg from 'pg'
import { versionOf } from './support.mjs'

const PgStore = connectPgSimple(session)
const pool = new pg.Pool({ connectionString: process.env.POSTGRES_URL })
pool.on('error', () => {})
const schemaOf = new WeakMap()

export default {
  name: 'connect-pg-simple',
  version: versionOf('connect-pg-simple'),
  granularityMs: 1000,
  // A schema for each namespace: the name of its index is the same for every table.
  create: async ctx => {
    const schemaName = ctx.namespace
    await pool.query(
      `SELECT pg_advisory_xact_lock(1);
      CREATE SCHEMA IF NOT EXISTS "${schemaName}";
      CREATE TABLE IF NOT EXISTS "${schemaName}".session
        (sid varchar PRIMARY KEY, sess json NOT NULL, expire timestamp(6) NOT NULL)`,
    )
    const errorLog = () => {}
    const store = new PgStore({ pool: ctx.chaos(pool), schemaName, ttl: ctx.ttlSeconds, errorLog })
    schemaOf.set(store, schemaName)
    return store
  },
  dispose: store => store.close(),
  teardown: () => pool.end(),
  backend: {
    putRaw: (store, sid, text) =>
      pool.query(
        `INSERT INTO "${schemaOf.get(store)}".session (sid, sess, expire) VALUES ($1, $2, now() + interval '1 minute')
          ON CONFLICT (sid) DO UPDATE SET sess = excluded.sess`,
        [sid, text],
      ),
  },
}
