/** A session as the last save of this process has stored it. */
export interface Stored {
  readonly sid: string
  readonly text: string
}

interface Line {
  latest: Stored | undefined
  readonly waiting: ((latest: Stored | undefined) => void)[]
}

/**
 * Runs the saves of one session in this process one after the other. Each save is told what the one before it has stored, and merges
 * with that. Without the queue the store would refuse it, and it would have to read again. That happens only with other processes.
 */
export class SaveQueue {
  readonly #lines = new Map<string, Line>()

  /** Call `work` when no other save of `sid` is under way. Each save must call `leave` when it is done. */
  enter(sid: string, work: (latest: Stored | undefined) => void): void {
    const line = this.#lines.get(sid)
    if (line) {
      line.waiting.push(work)
      return
    }
    this.#lines.set(sid, { latest: undefined, waiting: [] })
    work(undefined)
  }

  /** End the save of `sid`, and begin the next one. `stored` is what the store has now, if that is known. */
  leave(sid: string, stored: Stored | undefined): void {
    const line = this.#lines.get(sid)
    const next = line?.waiting.shift()
    if (!line || !next) {
      this.#lines.delete(sid)
      return
    }
    line.latest = stored
    next(stored)
  }
}

const byStore = new WeakMap<object, SaveQueue>()

/** The queue of a store. Two middlewares on one store share it. */
export function saveQueueOf(store: object): SaveQueue {
  const known = byStore.get(store)
  if (known) return known
  const queue = new SaveQueue()
  byStore.set(store, queue)
  return queue
}
