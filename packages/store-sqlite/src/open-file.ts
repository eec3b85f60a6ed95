import { closeSync, existsSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SqliteClient } from './client.ts'
import type { Driver } from './drivers.ts'
import { isLocked, isResult } from './failures.ts'
import { idOf } from './file-on-disk.ts'

/** A connection that the store itself has opened. */
export interface OpenedFile {
  readonly client: SqliteClient
  /** Whether the file was set up. It was not if it was locked. */
  readonly isReady: boolean
  /** The identity of the file, as `idOf` returns it. `undefined` for a database in memory. */
  readonly id: string | undefined
}

/** How often opening is tried while other processes delete or create the file. */
const ATTEMPTS = 3

/** Open a file of sessions for reading and writing, in WAL mode. Does not wait for a lock: a locked file is set up later. */
export function openFile(driver: Driver, path: string): OpenedFile {
  for (let attempt = 1; ; attempt++) {
    try {
      return opened(driver, path)
    } catch (error) {
      // A side file may have been deleted meanwhile.
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
  // The file was deleted or replaced just now, so it is not known which file the client has open.
  client.close()
  return opened(driver, path)
}

/** The identity of the file. Also `undefined` when this process may not read the folder: then SQLite throws the reason. */
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

/** Switch the file to WAL mode, and check that it can be written. */
export function setUp(client: SqliteClient): void {
  client.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  // Fails if the file cannot be written. The rollback leaves it unchanged.
  client.exec('BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK')
}

/** Create the file readable by its owner only, because ids are as good as passwords. SQLite gives the side files the same mode. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch {
    // The file exists, or cannot be created. Then SQLite throws the reason.
  }
}

/** Name the file in errors whose message does not. Other errors, such as that the file is not a database, stay unchanged. */
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
