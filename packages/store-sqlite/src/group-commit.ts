import { inTransaction } from './client.ts'
import type { Connection } from './connection.ts'
import { failureOf, isLocked } from './failures.ts'
import { pauseBefore } from './pause.ts'
import type { Statements } from './statements.ts'
import { cancel, later, soon } from './timers.ts'

/** A write that waits, and who waits for its result. */
interface Write {
  /** The sessions that it writes. */
  readonly sids: readonly string[]
  readonly work: (sql: Statements) => unknown
  /** When it fails because the file is still locked, as `performance.now()` tells the time. */
  readonly deadline: number
  readonly onLocked: (() => void) | undefined
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Writes that could not be made, and why. */
interface Refused {
  readonly writes: readonly Write[]
  readonly error: unknown
}

/**
 * The writes of one tick are one transaction, and each is answered when that is committed: to take locks and to close the log costs
 * SQLite more than a write, and is done once for all of them. While another connection holds the file, writes wait in a queue, and
 * timers try again.
 */
export class GroupCommit {
  readonly #connection: Connection
  #waiting: Write[] = []
  /** The sessions that wait to be written. */
  readonly #sids = new Set<string>()
  /** Runs while the file is locked. */
  #timer: NodeJS.Timeout | undefined
  #attempt = 0
  #ended = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * Do `work`, which writes the sessions of `sids`, after all writes before it. Gives what it gives, or fails as it does. `onLocked`
   * is called each time that it has to wait for another connection.
   */
  write<T>(sids: readonly string[], work: (sql: Statements) => T, onLocked?: () => void): Promise<T> {
    if (this.#waiting.length === 0) soon(() => this.flush())
    const deadline = performance.now() + this.#connection.busyTimeout
    return new Promise((resolve, reject) => {
      this.#add({ sids, work, deadline, onLocked, resolve: resolve as Write['resolve'], reject })
    })
  }

  /** Write at once what waits, if any of it is of `sid`, so that it can be read. Not while the file is locked. */
  flush(sid?: string): void {
    if (this.#timer || this.#waiting.length === 0) return
    if (sid === undefined || this.#sids.has(sid)) this.#flush()
  }

  /** Try for the last time to write what waits. */
  end(): void {
    this.#ended = true
    if (this.#waiting.length > 0) this.#flush()
  }

  #add(write: Write): void {
    this.#waiting.push(write)
    for (const sid of write.sids) this.#sids.add(sid)
  }

  #flush(): void {
    cancel(this.#timer)
    this.#timer = undefined
    const writes = this.#waiting
    this.#waiting = []
    this.#sids.clear()
    const refused = this.#make(writes)
    if (refused) this.#retry(refused)
    else this.#attempt = 0
  }

  /** Makes the writes. Gives those that could not be made. */
  #make(writes: readonly Write[]): Refused | undefined {
    try {
      return this.#connection.write(() => {
        // A write alone is a transaction by itself, and so is each in one that the application has begun.
        const together = writes.length > 1 && inTransaction(this.#connection.client) === false
        return together ? this.#together(writes) : this.#each(writes)
      })
    } catch (error) {
      return { writes, error }
    }
  }

  #together(writes: readonly Write[]): Refused | undefined {
    const { client, sql } = this.#connection
    const answers: (() => void)[] = []
    try {
      this.#connection.begin()
      for (const write of writes) {
        answers.push(attempt(write, sql))
        // Some failures, as that of a full disk, end the transaction: then each write is made for itself.
        if (!inTransaction(client)) return this.#each(writes)
      }
      this.#connection.commit()
    } catch (error) {
      if (inTransaction(client)) client.exec('ROLLBACK')
      return { writes, error }
    }
    for (const answer of answers) answer()
    return undefined
  }

  #each(writes: readonly Write[]): Refused | undefined {
    for (const [i, write] of writes.entries()) {
      try {
        attempt(write, this.#connection.sql)()
      } catch (error) {
        return { writes: writes.slice(i), error }
      }
    }
    return undefined
  }

  /** Those that met a lock wait until their time is over. The others fail. */
  #retry({ writes, error }: Refused): void {
    const now = performance.now()
    const mayWait = isLocked(error) && !this.#ended
    const failure = failureOf(error, this.#connection.busyTimeout)
    for (const write of writes) {
      if (mayWait && write.deadline > now) {
        this.#add(write)
        write.onLocked?.()
      } else {
        write.reject(failure)
      }
    }
    if (this.#waiting.length === 0) return
    this.#attempt++
    // The first has waited longest.
    const left = this.#waiting[0]!.deadline - now
    this.#timer = later(() => this.#flush(), Math.min(pauseBefore(this.#attempt), left))
  }
}

/** Make the write. Gives the function that answers it. Throws when it has met a lock. */
function attempt({ work, resolve, reject }: Write, sql: Statements): () => void {
  try {
    const value = work(sql)
    return () => resolve(value)
  } catch (error) {
    if (isLocked(error)) throw error
    return () => reject(failureOf(error))
  }
}
