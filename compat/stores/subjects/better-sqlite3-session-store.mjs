import { join } from 'node:path'
import Database from 'better-sqlite3'
import sqliteStore from 'better-sqlite3-session-store'
import session from 'express-session'
import { scratchFolder, versionOf } from './support.mjs'

const SqliteStore = sqliteStore(session)
const folder = scratchFolder()
// The table has one name: a file for each namespace.
const fileOf = namespace => join(folder, `${namespace}.db`)

export default {
  name: 'better-sqlite3-session-store',
  version: versionOf('better-sqlite3-session-store'),
  granularityMs: 1000,
  create: ctx => new SqliteStore({ client: ctx.chaos(new Database(fileOf(ctx.namespace))) }),
  backend: {
    putRaw: (store, sid, text) =>
      store.client
        .prepare('INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)')
        .run(sid, text, new Date(Date.now() + 60_000).toISOString()),
  },
}
