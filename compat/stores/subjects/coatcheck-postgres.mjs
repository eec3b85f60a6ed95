import { PostgresStore } from '@coatcheck/store-postgres'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.POSTGRES_URL })
pool.on('error', () => {})
const tableOf = new WeakMap()

export default {
  name: '@coatcheck/store-postgres',
  version: '0.1.0',
  create: ctx => {
    const store = new PostgresStore({ client: ctx.chaos(pool), table: ctx.namespace, ttl: ctx.ttlMs })
    tableOf.set(store, ctx.namespace)
    return store
  },
  dispose: store => store.close(),
  teardown: () => pool.end(),
  backend: {
    putRaw: async (store, sid, text) => {
      await store.length()
      await pool.query(
        `INSERT INTO "${tableOf.get(store)}" VALUES ($1, $2, now() + interval '1 minute')
          ON CONFLICT (sid) DO UPDATE SET data = excluded.data`,
        [sid, text],
      )
    },
  },
}
