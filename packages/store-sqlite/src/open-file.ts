import { closeSync, existsSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SqliteClient } from './client.ts'
import type { Driver } from './drivers.ts'
import { isLocked, isResult } from './failures.ts'
import { idOf } from './file-on-disk.ts'

/** A connection of our own. */
export interface OpenedFile {
  readonly client: SqliteClient
  /** Whether the file was free to be set up. */
  readonly isReady: boolean
  /** What the file is known by, whatever becomes of its name. `undefined` for a database in memory. */
  readonly id: string | undefined
}

/** Open a file of sessions for reading and writing, in WAL mode. Waits for nobody: a file that is locked is set up later. */
export function openFile(driver: Driver, path: string): OpenedFile {
  let client: SqliteClient | undefined
  try {
    if (path !== ':memory:') makePrivate(path)
    client = driver.open(path)
    const id = path === ':memory:' ? undefined : idOf(path)
    return { client, isReady: isFree(client), id }
  } catch (error) {
    client?.close()
    throw explained(error, path)
  }
}

/** Turn the file to WAL mode, and find out whether it can be written. */
export function setUp(client: SqliteClient): void {
  client.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  // Changes nothing.
  client.exec('BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK')
}

function isFree(client: SqliteClient): boolean {
  try {
    setUp(client)
    return true
  } catch (error) {
    if (isLocked(error)) return false
    throw error
  }
}

/** The ids in the file are as good as passwords. SQLite gives the files beside it the same mode. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch {
    // It is there already, or cannot be made: then SQLite says why.
  }
}

/** The driver's words name no file. Other errors, as that the file is no database, are left as they are. */
function explained(error: unknown, file: string): unknown {
  if (!existsSync(dirname(file))) {
    return new Error(`The directory of the SQLite file "${file}" does not exist`, { cause: error })
  }
  if (isResult(error, 'CANTOPEN') || isResult(error, 'READONLY')) {
    return new Error(
      `The SQLite file "${file}" cannot be opened for writing: this process needs the right to write to the file and to its directory`,
      { cause: error },
    )
  }
  return error
}
