import { randomUUID } from 'node:crypto'
import { linkSync, renameSync, rmSync, statSync } from 'node:fs'

/**
 * The file that a connection has open. When an open file is deleted or replaced, the connection still writes to the old file. That file
 * is in no folder any more, and is gone when the connection closes.
 */
export class FileOnDisk {
  readonly path: string
  readonly #id: string | undefined
  /** Paths and identities of the files beside the database: SQLite's log, and the index of the log. */
  readonly #sideFiles: readonly (readonly [string, string | undefined])[]
  /** The identity of the file that they belong to. That is another one if this one was replaced before they were looked at. */
  readonly #owner: string | undefined

  /**
   * Call this when the connection has read something, because then the side files exist. `id` is the identity of the file when it was
   * opened, if that is known.
   */
  constructor(path: string, id: string | undefined = idOf(path)) {
    this.path = path
    this.#id = id
    this.#sideFiles = [`${path}-wal`, `${path}-shm`].map(file => [file, idOf(file)])
    this.#owner = idOf(path) ?? id
  }

  /** Whether the file was deleted or replaced; `undefined` when it is still there. */
  changed(): 'deleted' | 'replaced' | undefined {
    try {
      const id = idOf(this.path)
      if (id === this.#id) return undefined
      return id ? 'replaced' : 'deleted'
    } catch {
      // This process may no longer read the folder, so it cannot tell.
      return undefined
    }
  }

  /** Remove the side files of the file that is gone, and only those. SQLite would use them for the next file at the path. */
  removeSideFiles(): void {
    if (idOf(this.path) === this.#owner) return
    for (const [file, id] of this.#sideFiles) {
      if (idOf(file) === id) removeOnly(file, id)
    }
  }
}

/** Remove the file. If another process has put a new one at its path just now, that one goes back. */
function removeOnly(path: string, id: string | undefined): void {
  const aside = path + randomUUID()
  try {
    renameSync(path, aside)
    if (idOf(aside) !== id) linkSync(aside, path)
    rmSync(aside)
  } catch (error) {
    // Another process has removed it.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** The identity of the file at `path`, which does not depend on its name; `undefined` when there is no file. */
export function idOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats && `${stats.dev}:${stats.ino}`
}
