import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import type { SqliteClient } from './sqlite-store.ts'

type Driver = new (path: string, options: { timeout: number }) => SqliteClient

/** Milliseconds between two attempts to turn a file to WAL. */
const PAUSE = 5

const clock = new Int32Array(new SharedArrayBuffer(4))

/** Open a file of sessions for reading and writing, in WAL mode. */
export function openFile(path: string, busyTimeout: number): SqliteClient {
  const Database = driver()
  let client: SqliteClient | undefined
  try {
    client = new Database(path, { timeout: busyTimeout })
    prepareFile(client, busyTimeout)
    return client
  } catch (error) {
    client?.close()
    throw explained(error, path)
  }
}

/** SQLite waits for other processes, but not where two turn the same empty file to WAL: one of them is told that it is busy. */
function prepareFile(client: SqliteClient, busyTimeout: number): void {
  const end = performance.now() + busyTimeout
  for (;;) {
    try {
      client.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
      // Changes nothing, and finds out whether the file can be written.
      client.exec('BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK')
      return
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_BUSY') || performance.now() > end) throw error
      Atomics.wait(clock, 0, 0, PAUSE)
    }
  }
}

/** The driver's words name no file. Other errors, as that the file is no database, are left as they are. */
function explained(error: unknown, path: string): unknown {
  const file = resolve(path)
  const code = codeOf(error)
  if (!existsSync(dirname(file))) {
    return new Error(`The directory of the SQLite file "${file}" does not exist`, { cause: error })
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY')) {
    return new Error(
      `The SQLite file "${file}" cannot be opened for writing: this process needs the right to write to the file and to its directory`,
      { cause: error },
    )
  }
  return error
}

function driver(): Driver {
  try {
    return createRequire(import.meta.url)('better-sqlite3') as Driver
  } catch (cause) {
    if (codeOf(cause) !== 'MODULE_NOT_FOUND') throw cause
    throw new Error(
      'SqliteStore.open needs the package better-sqlite3: npm install better-sqlite3, on Node 20 better-sqlite3@12',
      { cause },
    )
  }
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code)
}
