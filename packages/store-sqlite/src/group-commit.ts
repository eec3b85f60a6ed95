import type { SqliteClient, SqliteStatement } from './sqlite-store.ts'

/** A write that waits, and who waits for what it gives. */
interface Write {
  readonly work: () => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * What is written in one turn of the event loop is written at its end, in one transaction, and answered when that is committed: what
 * SQLite does for each transaction, taking locks and closing its log, costs more than a write, and is done once for all of them.
 */
export class GroupCommit {
  readonly #client: SqliteClient
  readonly #begin: SqliteStatement
  readonly #commit: SqliteStatement
  #waiting: Write[] = []
  /** Those of the sessions that wait to be written. */
  readonly #sids = new Set<string>()

  constructor(client: SqliteClient) {
    this.#client = client
    this.#begin = client.prepare('BEGIN IMMEDIATE')
    this.#commit = client.prepare('COMMIT')
  }

  /** Do `work`, which writes the sessions of `sids`, after all that came before it. Gives what it gives, or fails as it does. */
  write<T>(sids: readonly string[], work: () => T): Promise<T> {
    if (this.#waiting.length === 0) setImmediate(() => this.flush())
    for (const sid of sids) this.#sids.add(sid)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as Write['resolve'], reject })
    })
  }

  /** Write what waits at once, so that it can be read: all of it, if any is of `sid`. */
  flush(sid?: string): void {
    if (sid !== undefined && !this.#sids.has(sid)) return
    const writes = this.#waiting
    this.#waiting = []
    this.#sids.clear()
    // Alone it is a transaction by itself, and so it is in one that the application has begun.
    if (writes.length > 1 && this.#client.inTransaction === false) this.#together(writes)
    else writes.forEach(alone)
  }

  #together(writes: readonly Write[]): void {
    const answers: (() => void)[] = []
    try {
      this.#begin.run()
      for (const write of writes) {
        answers.push(attempt(write))
        // Some failures, as that of a full disk, take the transaction with them: each shall have an outcome of its own.
        if (!this.#client.inTransaction) return writes.forEach(alone)
      }
      this.#commit.run()
    } catch (error) {
      if (this.#client.inTransaction) this.#client.exec('ROLLBACK')
      // The same would happen to each of them alone, and waiting for another process is done for all.
      for (const { reject } of writes) reject(error)
      return
    }
    for (const answer of answers) answer()
  }
}

function alone(write: Write): void {
  attempt(write)()
}

/** Do it; what is returned tells how it went. */
function attempt({ work, resolve, reject }: Write): () => void {
  try {
    const value = work()
    return () => resolve(value)
  } catch (error) {
    return () => reject(error)
  }
}
