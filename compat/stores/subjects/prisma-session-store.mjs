import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '@prisma/client'
import { PrismaSessionStore } from '@quixo3/prisma-session-store'
import pg from 'pg'
import { versionOf } from './support.mjs'

const pool = new pg.Pool({ connectionString: process.env.POSTGRES_URL })
pool.on('error', () => {})
const schemaOf = new WeakMap()

export default {
  name: '@quixo3/prisma-session-store',
  version: versionOf('@quixo3/prisma-session-store'),
  // The table that a migration of prisma/schema.prisma makes, in a schema for each namespace.
  create: async ctx => {
    const schema = ctx.namespace
    await pool.query(
      `SELECT pg_advisory_xact_lock(1);
      CREATE SCHEMA IF NOT EXISTS "${schema}";
      CREATE TABLE IF NOT EXISTS "${schema}"."Session"
        (id text PRIMARY KEY, sid text NOT NULL UNIQUE, data text NOT NULL, "expiresAt" timestamp(3) NOT NULL)`,
    )
    const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { schema }) })
    const quiet = { log() {}, warn() {}, error() {} }
    // Its option `ttl` is the lifetime of every session, whatever the cookie says: it is no default.
    const store = new PrismaSessionStore(prisma, { checkPeriod: 120_000, logger: quiet })
    schemaOf.set(store, schema)
    return store
  },
  dispose: store => store.stopInterval(),
  teardown: () => pool.end(),
  backend: {
    putRaw: (store, sid, text) =>
      pool.query(
        `INSERT INTO "${schemaOf.get(store)}"."Session" VALUES ($1, $1, $2, now() AT TIME ZONE 'UTC' + interval '1 minute')
          ON CONFLICT (sid) DO UPDATE SET data = excluded.data`,
        [sid, text],
      ),
    sweep: store => store.prune(),
  },
}
