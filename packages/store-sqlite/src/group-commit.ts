import { inTransaction } from './client.ts'
import type { Connection } from './connection.ts'
import { failureOf, isLocked } from './failures.ts'
import { pauseBefore } from './pause.ts'
import type { Statements } from './statements.ts'
import { cancel, later, soon } from './timers.ts'

/** A waiting write, and the functions that settle its promise. */
interface Write {
  /** The sessions that it writes. */
  readonly sids: readonly string[]
  readonly work: (sql: Statements) => unknown
  /** When it fails if the file is still locked, by `performance.now()`. */
  readonly deadline: number
  readonly onLocked: (() => void) | undefined
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Writes that failed, and the error. */
interface Refused {
  readonly writes: readonly Write[]
  readonly error: unknown
}

/**
 * Runs the writes of one tick in one transaction, and answers each of them after the commit. Locks and the end of the log cost SQLite
 * more than a write; this way they are needed once for all writes. While another connection has locked the file, writes wait in a queue,
 * and timers try again.
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
   * Run `work`, which writes the sessions of `sids`, after all earlier writes. Returns its result. `onLocked` is called each time that
   * the write has to wait for another connection.
   */
  write<T>(sids: readonly string[], work: (sql: Statements) => T, onLocked?: () => void): Promise<T> {
    if (this.#waiting.length === 0) soon(() => this.flush())
    const deadline = performance.now() + this.#connection.busyTimeout
    return new Promise((resolve, reject) => {
      this.#add({ sids, work, deadline, onLocked, resolve: resolve as Write['resolve'], reject })
    })
  }

  /** Run waiting writes now, if one of them writes `sid`, so that a read sees it. Does nothing while the file is locked. */
  flush(sid?: string): void {
    if (this.#timer || this.#waiting.length === 0) return
    if (sid === undefined || this.#sids.has(sid)) this.#flush()
  }

  /** Try the waiting writes for the last time. */
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

  /** Run the writes. Returns those that failed. */
  #make(writes: readonly Write[]): Refused | undefined {
    try {
      return this.#connection.write(() => {
        // A single write needs no BEGIN. Neither do writes inside of a transaction that the application has begun.
        const { client, beginsAlways } = this.#connection
        const together = (writes.length > 1 || beginsAlways) && inTransaction(client) === false
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
        // Some failures, such as a full disk, end the transaction. Then each write runs separately.
        if (!inTransaction(client)) {
          this.#connection.rollback()
          return this.#each(writes)
        }
      }
      this.#connection.commit()
    } catch (error) {
      this.#connection.rollback()
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

  /** If the file was locked, let the writes wait until their deadlines. Otherwise they fail. */
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
    // The first write has the earliest deadline.
    const left = this.#waiting[0]!.deadline - now
    this.#timer = later(() => this.#flush(), Math.min(pauseBefore(this.#attempt), left))
  }
}

/** Run the write. Returns the function that answers it. Throws when the file is locked. */
function attempt({ work, resolve, reject }: Write, sql: Statements): () => void {
  try {
    const value = work(sql)
    return () => resolve(value)
  } catch (error) {
    if (isLocked(error)) throw error
    return () => reject(failureOf(error))
  }
}
