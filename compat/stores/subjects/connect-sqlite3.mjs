import connectSqlite3 from 'connect-sqlite3'
import session from 'express-session'
import { scratchFolder, versionOf } from './support.mjs'

const SqliteStore = connectSqlite3(session)
const dir = scratchFolder()

export default {
  name: 'connect-sqlite3',
  version: versionOf('connect-sqlite3'),
  create: ctx => new SqliteStore({ db: `${ctx.namespace}.db`, dir }),
  backend: {
    putRaw: (store, sid, text) =>
      new Promise((resolve, reject) => {
        store.db.run(
          'INSERT OR REPLACE INTO sessions (sid, expired, sess) VALUES (?, ?, ?)',
          [sid, Date.now() + 60_000, text],
          error => (error ? reject(error) : resolve()),
        )
      }),
  },
}
