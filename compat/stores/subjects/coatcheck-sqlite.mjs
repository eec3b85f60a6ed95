import { join } from 'node:path'
import { SqliteStore } from '@coatcheck/store-sqlite'
import Database from 'better-sqlite3'
import { scratchFolder } from './support.mjs'

const file = join(scratchFolder(), 'sessions.db')
const tableOf = new WeakMap()
const client = new Database(file)
client.pragma('journal_mode = WAL')

export default {
  name: '@coatcheck/store-sqlite',
  version: '0.1.0',
  create: ctx => {
    const own = new Database(file)
    const store = new SqliteStore({ client: ctx.chaos(own), table: ctx.namespace, ttl: ctx.ttlMs })
    tableOf.set(store, ctx.namespace)
    return store
  },
  teardown: () => client.close(),
  backend: {
    putRaw: async (store, sid, text) => {
      await store.length()
      client
        .prepare(
          `INSERT INTO "${tableOf.get(store)}" (sid, data, expires) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET data = excluded.data`,
        )
        .run(sid, text, Date.now() + 60_000)
    },
  },
}
