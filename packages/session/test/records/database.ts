import '../support/silence.ts'
import { randomBytes } from 'node:crypto'
import { type SqliteOpenOptions, SqliteStore } from '@coatcheck/store-sqlite'
import Database from 'better-sqlite3'

export interface Row {
  sid: string
  data: string
  expires: number
}

/** A database that several stores share, as processes of an app with different options do. */
export class SharedDatabase {
  readonly client: Database.Database = new Database(':memory:')

  store(options: SqliteOpenOptions = {}): SqliteStore {
    return new SqliteStore({ client: this.client, pruneInterval: false, ...options })
  }

  rows(): Row[] {
    return this.client.prepare('SELECT sid, data, expires FROM sessions ORDER BY sid').all() as Row[]
  }

  /** The only row. */
  row(): Row {
    const rows = this.rows()
    if (rows.length !== 1) throw new Error(`${rows.length} rows`)
    return rows[0]!
  }

  change(column: 'sid' | 'data' | 'expires', value: string | number): void {
    this.client.prepare(`UPDATE sessions SET ${column} = ?`).run(value)
  }
}

export const newKey = (): Buffer => randomBytes(32)
export const newId = (): string => randomBytes(24).toString('base64url')

/** A session as the middleware gives it to a store. */
export function sessionOf(data: object = {}, maxAge: number | null = 60_000) {
  const expires = maxAge === null ? null : new Date(Date.now() + maxAge).toISOString()
  return { cookie: { originalMaxAge: maxAge, expires, httpOnly: true, path: '/' }, ...data }
}
