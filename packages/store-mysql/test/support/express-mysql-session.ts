import { createRequire } from 'node:module'
import expressSession, { type Store } from 'express-session'

/** What the tests use of express-mysql-session, which has no types. */
export interface TheirStore extends Store {
  onReady(): Promise<void>
  close(): Promise<void>
}

type TheirStoreClass = new (options: object, connection: object) => TheirStore

/** A store of express-mysql-session on a pool of mysql2. */
export function expressMysqlSession(pool: object): TheirStore {
  const make = createRequire(import.meta.url)('express-mysql-session') as (session: object) => TheirStoreClass
  const TheirStore = make(expressSession)
  return new TheirStore({ clearExpired: false, createDatabaseTable: true }, pool)
}
