import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionData } from '@coatcheck/session'
import { type SqliteOpenOptions, SqliteStore } from '@coatcheck/store-sqlite'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'

/** A folder that is removed when the test ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-sqlite-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The path of a file that is not there yet. */
export function tempFile(): string {
  return join(tempFolder(), 'sessions.db')
}

/** A store that is closed when the test ends. */
export function openStore(file = tempFile(), options: SqliteOpenOptions = {}): SqliteStore {
  const store = SqliteStore.open(file, options)
  onTestFinished(() => store.close())
  return store
}

/** The driver's own connection to a file, closed when the test ends. */
export function openClient(file = tempFile(), options: Database.Options = {}): Database.Database {
  const client = new Database(file, options)
  onTestFinished(() => void client.close())
  return client
}

/** Session data with a lifetime in milliseconds, or without an end. */
export function sessionOf(data: object = {}, maxAge?: number): SessionData {
  const expires = maxAge === undefined ? null : new Date(Date.now() + maxAge).toISOString()
  return { cookie: { originalMaxAge: maxAge ?? null, expires, path: '/' }, ...data } as never
}
