import type { PostgresResult } from './client.ts'
import { isRefusal } from './failures.ts'
import { arrayOf } from './text.ts'

/** The writes that can be batched. */
export type BatchedKind = 'write' | 'insert' | 'update' | 'replace' | 'touch' | 'destroy'

/** A value of a statement; null for an owner that is not given. */
export type Value = string | number | boolean | null

/** A write of one row. */
export interface Write<T> {
  /** The statement's values, of which the first is the id of the session. */
  readonly values: readonly [sid: string, ...others: Value[]]
  /** The answer to the row that the statement for several has returned, because it has written it. */
  answer(row: PostgresResult['rows'][number]): T
  /** Runs the statement for one. */
  alone(): Promise<T>
}

/** Runs the statement for several with an array for each column. Returns the rows that it has written. */
type Run = (kind: BatchedKind, columns: string[]) => Promise<PostgresResult>

interface Waiting extends Write<unknown> {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

/** From this many writes on, one statement takes less time than one for each, on several connections at once. */
const FEWEST = 6
/** A batch of this size does not wait for the end of the tick. */
const MOST = 16
/** Sessions with more characters go alone: what they take is not the statement. */
const LARGE = 50_000

// Node's own, in case that a test replaces it by a fake timer.
const { setImmediate } = globalThis

/**
 * Sends the writes of one tick and kind in one statement, because a statement and its commit cost more than a row. The statement skips rows that
 * another transaction has locked, so no write waits for the lock of another session. What the statement has not written, for whichever
 * reason, is written by a statement for one, whose answer is that of the caller.
 */
export class BatchedWrites {
  readonly #run: Run
  #waiting = new Map<BatchedKind, Waiting[]>()
  readonly #sids = new Set<string>()

  constructor(run: Run) {
    this.#run = run
  }

  add<T>(kind: BatchedKind, write: Write<T>): Promise<T> {
    const [sid] = write.values
    this.flush(sid)
    // The text of the session, if there is one.
    if (String(write.values[1]).length > LARGE) return write.alone()
    return new Promise<T>((resolve, reject) => {
      const batch = this.#batchOf(kind)
      batch.push({ ...write, resolve: resolve as Waiting['resolve'], reject })
      this.#sids.add(sid)
      if (batch.length === MOST) this.#sendAll()
    })
  }

  /** Sends the waiting writes now, if one of them writes this session, so that commands are sent in the order of the calls. */
  flush(sid?: string): void {
    if (sid === undefined || this.#sids.has(sid)) this.#sendAll()
  }

  #batchOf(kind: BatchedKind): Waiting[] {
    if (this.#waiting.size === 0) setImmediate(() => this.#sendAll())
    const batch = this.#waiting.get(kind) ?? []
    this.#waiting.set(kind, batch)
    return batch
  }

  #sendAll(): void {
    const batches = this.#waiting
    this.#waiting = new Map()
    this.#sids.clear()
    for (const [kind, batch] of batches) {
      if (batch.length < FEWEST) for (const write of batch) oneByOne(write)
      else void this.#together(kind, batch)
    }
  }

  async #together(kind: BatchedKind, batch: readonly Waiting[]): Promise<void> {
    try {
      const columns = batch[0]!.values.map((_, i) => arrayOf(batch.map(({ values }) => values[i] as Value)))
      const { rows } = await this.#run(kind, columns)
      const written = new Map(rows.map(row => [row.sid, row]))
      for (const write of batch) {
        const row = written.get(write.values[0])
        if (row) write.resolve(write.answer(row))
        else oneByOne(write)
      }
    } catch (error) {
      // A statement that was refused has written nothing. After other errors, nobody knows.
      for (const write of batch) {
        if (isRefusal(error) || isRefusal((error as Error).cause)) oneByOne(write)
        else write.reject(error)
      }
    }
  }
}

function oneByOne({ alone, resolve, reject }: Waiting): void {
  alone().then(resolve, reject)
}
