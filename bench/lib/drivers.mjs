import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** The newest connect-redis that this Node can run: version 10 needs Node 22. */
export const connectRedis =
  Number.parseInt(process.versions.node, 10) < 22 ? 'connect-redis' : 'connect-redis10'

const sqlite = findSqlite()

/** The driver of SQLite, for both packages: better-sqlite3, or `node:sqlite` if that is compiled for another Node. */
export const sqliteDriver = sqlite.name

export const openSqlite = sqlite.open

function findSqlite() {
  try {
    const Database = load('better-sqlite3')
    // The first database loads the binary.
    new Database(':memory:').close()
    return { name: 'better-sqlite3', open: file => new Database(file) }
  } catch {
    const { DatabaseSync } = load('node:sqlite')
    return { name: 'node:sqlite', open: file => new DatabaseSync(file) }
  }
}
