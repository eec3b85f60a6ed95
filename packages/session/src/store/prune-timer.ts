import { clearTimeout, setTimeout } from '../calls/timers.ts'
import { publishExpired } from '../events/publish.ts'

/** The longest delay of a timer in Node, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/** Prunes a store periodically. Its timer does not keep the process alive. */
export class PruneTimer {
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  /** Prune about every `interval` milliseconds. The jitter keeps processes that share a database from pruning at the same time. */
  start(interval: number, prune: () => Promise<unknown>): void {
    if (this.#stopped) return
    const delay = Math.min(interval * (0.5 + Math.random()), LONGEST)
    this.#timer = setTimeout(() => {
      prune()
        .catch(error => {
          if (!this.#stopped) process.emitWarning(`Expired sessions could not be deleted: ${error}`)
        })
        .finally(() => this.start(interval, prune))
    }, delay)
    this.#timer.unref()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }
}

/** How many sessions a batch deletes. */
const BATCH = 1000

/** Delete expired sessions batch by batch, until none are left or the store is closed. Returns how many were deleted. */
export async function pruneInBatches(
  prune: (limit: number) => Promise<number>,
  isClosed: () => boolean,
): Promise<number> {
  let total = 0
  for (let deleted = BATCH; deleted >= BATCH && !isClosed(); total += deleted) deleted = await prune(BATCH)
  publishExpired(total)
  return total
}
