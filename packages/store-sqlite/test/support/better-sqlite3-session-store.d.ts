declare module 'better-sqlite3-session-store' {
  import type { Database } from 'better-sqlite3'
  import type { SessionData, Store } from 'express-session'

  type Done = (error: unknown, value?: unknown) => void

  interface SqliteStore extends Store {
    get(sid: string, done: (error: unknown, session?: SessionData | null) => void): void
    set(sid: string, session: SessionData, done?: Done): void
    touch(sid: string, session: SessionData, done?: Done): void
    destroy(sid: string, done?: Done): void
  }

  export default function (session: { Store: unknown }): new (options: { client: Database }) => SqliteStore
}
