import { rmSync, statSync } from 'node:fs'

/** SQLite's log, and the index of it, lie beside the file. */
const SIDE_FILES = ['-wal', '-shm']

/**
 * The file that a connection has open, as it is known by its path. Whoever deletes or replaces a file that is open leaves it to those
 * who have it open: what they write from then on is in no folder, and is gone when they end.
 */
export class FileOnDisk {
  readonly path: string
  readonly #id: string | undefined
  readonly #sideFiles: ReadonlyMap<string, string | undefined>

  /**
   * To be made when the connection has read something: then the files beside it exist. `id` is that of the file when it was opened,
   * where that is known.
   */
  constructor(path: string, id: string | undefined = idOf(path)) {
    this.path = path
    this.#id = id
    this.#sideFiles = new Map(SIDE_FILES.map(suffix => [suffix, idOf(path + suffix)]))
  }

  /** What has become of it; `undefined` when it is still there. */
  fate(): 'deleted' | 'replaced' | undefined {
    let id: string | undefined
    try {
      id = idOf(this.path)
    } catch {
      // This process may no longer look into the folder: it does not know.
      return undefined
    }
    if (id === undefined) return 'deleted'
    return id === this.#id ? undefined : 'replaced'
  }

  /** Remove the files that lay beside it, and only those: SQLite would take them for those of the next file at the path. */
  removeSideFiles(): void {
    for (const [suffix, id] of this.#sideFiles) {
      if (id !== undefined && idOf(this.path + suffix) === id) rmSync(this.path + suffix, { force: true })
    }
  }
}

/** What a file is known by as long as somebody has it open, whatever its name; `undefined` when there is none at the path. */
export function idOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats && `${stats.dev}:${stats.ino}`
}
