import { randomUUID } from 'node:crypto'
import { linkSync, renameSync, rmSync, statSync } from 'node:fs'

/** Files beside the database: SQLite's log, and the index of the log. */
const SIDE_FILES = ['-wal', '-shm']

/**
 * The file that a connection has open. When an open file is deleted or replaced, the connection still writes to the old file. That file
 * is in no folder any more, and is gone when the connection closes.
 */
export class FileOnDisk {
  readonly path: string
  readonly #id: string | undefined
  /** The suffixes and identities of the side files. */
  readonly #sideFiles: readonly (readonly [string, string | undefined])[]
  /** The file that they belong to: the next one, if this one has been replaced since it was opened. */
  readonly #beside: string | undefined

  /**
   * Call this when the connection has read something, because then the side files exist. `id` is the identity of the file when it was
   * opened, if that is known.
   */
  constructor(path: string, id: string | undefined = idOf(path)) {
    this.path = path
    this.#id = id
    this.#sideFiles = SIDE_FILES.map(suffix => [suffix, idOf(path + suffix)] as const)
    this.#beside = idOf(path)
  }

  /** Whether the file was deleted or replaced; `undefined` when it is still there. */
  changed(): 'deleted' | 'replaced' | undefined {
    let id: string | undefined
    try {
      id = idOf(this.path)
    } catch {
      // This process may no longer read the folder, so it cannot tell.
      return undefined
    }
    if (id === undefined) return 'deleted'
    return id === this.#id ? undefined : 'replaced'
  }

  /** Remove the side files of the old file, and only those. SQLite would use them for the next file at the path. */
  removeSideFiles(): void {
    if (this.#beside !== undefined && idOf(this.path) === this.#beside) return
    for (const [suffix, id] of this.#sideFiles) {
      if (id !== undefined) removeOnly(this.path + suffix, id)
    }
  }
}

/** Removes the file at `path` if it is this one. Another process may do the same, and then make a file of its own there at any moment. */
function removeOnly(path: string, id: string): void {
  if (idOf(path) !== id) return
  const aside = `${path}-${randomUUID()}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  // The other's file goes back.
  if (idOf(aside) !== id) linkSync(aside, path)
  rmSync(aside)
}

/** The identity of the file at `path`, which does not depend on its name; `undefined` when there is no file. */
export function idOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats && `${stats.dev}:${stats.ino}`
}
