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

/** How often a file is opened that others delete or make meanwhile. */
const ATTEMPTS = 3

/** Open a file of sessions for reading and writing, in WAL mode. Waits for nobody: a file that is locked is set up later. */
export function openFile(driver: Driver, path: string): OpenedFile {
  for (let attempt = 1; ; attempt++) {
    try {
      return opened(driver, path)
    } catch (error) {
      // Of the files beside it, some were there and are gone.
      if (attempt === ATTEMPTS || !isResult(error, 'IOERR')) throw explained(error, path)
    }
  }
}

function opened(driver: Driver, path: string): OpenedFile {
  if (path === ':memory:') return { ...setUpIfFree(driver.open(path)), id: undefined }
  makePrivate(path)
  const before = seen(path)
  const client = driver.open(path)
  const id = seen(path)
  if (id === before) return { ...setUpIfFree(client), id }
  // It was deleted or replaced just now: which of the two has the client open?
  client.close()
  return opened(driver, path)
}

/** What the file is known by; `undefined` too where this process may not look: SQLite says why then. */
function seen(path: string): string | undefined {
  try {
    return idOf(path)
  } catch {
    return undefined
  }
}

function setUpIfFree(client: SqliteClient): Pick<OpenedFile, 'client' | 'isReady'> {
  try {
    setUp(client)
    return { client, isReady: true }
  } catch (error) {
    if (isLocked(error)) return { client, isReady: false }
    client.close()
    throw error
  }
}

/** Turn the file to WAL mode, and find out whether it can be written. */
export function setUp(client: SqliteClient): void {
  client.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  // Changes nothing.
  client.exec('BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK')
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
