/** A session as the last save of this process has stored it. */
export interface Stored {
  readonly sid: string
  readonly text: string
}

/** A save in the queue. */
export interface QueuedSave {
  /** The save that is behind this one: in the queue, and later in the same write. */
  behind: QueuedSave | undefined
  /** Called when the save has to wait. */
  wait(): void
  /** Whether one write can store this session and that of `other`. */
  joins(other: QueuedSave): boolean
  /** Write this session and those behind it. `latest` is what the store has. Calls `ended` with what it has then, if that is known. */
  begin(latest: Stored | undefined, ended: (stored: Stored | undefined) => void): void
}

/** The saves that wait, linked by `behind`. */
interface Line {
  first: QueuedSave | undefined
  last: QueuedSave | undefined
}

/** How many saves one write stores at most: the process does nothing else while it merges them. */
const TOGETHER = 50

/**
 * Runs the saves of one session in this process one after the other. All saves that have come during a write are merged, and stored by
 * the next write. Without the queue the store would refuse them, and each would have to read again. That happens only with other
 * processes.
 */
export class SaveQueue {
  readonly #lines = new Map<string, Line>()

  /** Begin the save when no other save of `sid` is under way. */
  enter(sid: string, save: QueuedSave): void {
    const line = this.#lines.get(sid)
    if (!line) {
      this.#lines.set(sid, { first: undefined, last: undefined })
      return this.#begin(sid, save, undefined)
    }
    save.wait()
    if (line.last) line.last.behind = save
    else line.first = save
    line.last = save
  }

  #begin(sid: string, save: QueuedSave, latest: Stored | undefined): void {
    save.begin(latest, stored => {
      const line = this.#lines.get(sid)
      const next = line && take(line)
      if (next) this.#begin(sid, next, stored)
      else this.#lines.delete(sid)
    })
  }
}

/** Take the saves that one write can store out of the line. Returns the first of them. */
function take(line: Line): QueuedSave | undefined {
  const { first } = line
  let last = first
  for (let count = 1; last?.behind && count < TOGETHER && last.behind.joins(last); count++) last = last.behind
  line.first = last?.behind
  if (!line.first) line.last = undefined
  if (last) last.behind = undefined
  return first
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
