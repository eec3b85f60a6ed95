/** A session as a save of this process has just stored it. */
export interface Stored {
  readonly sid: string
  readonly text: string
}

interface Line {
  latest: Stored | undefined
  readonly waiting: ((latest: Stored | undefined) => void)[]
}

/**
 * Saves of one session in this process, one after the other. Each is told what the one before it has stored, and can merge with that
 * instead of being refused by the store and reading it again. Only writers of other processes are met in the store.
 */
export class SaveQueue {
  readonly #lines = new Map<string, Line>()

  /** Call `work` when no other save of `sid` is under way: at once where there is none. Each must `leave` when it is done. */
  enter(sid: string, work: (latest: Stored | undefined) => void): void {
    const line = this.#lines.get(sid)
    if (line) {
      line.waiting.push(work)
      return
    }
    this.#lines.set(sid, { latest: undefined, waiting: [] })
    work(undefined)
  }

  /** The save of `sid` is over. `stored` is what the store has now, as far as that is known. */
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

/** Two middlewares on one store share it. */
export function saveQueueOf(store: object): SaveQueue {
  const known = byStore.get(store)
  if (known) return known
  const queue = new SaveQueue()
  byStore.set(store, queue)
  return queue
}
