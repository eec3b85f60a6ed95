import { clearTimeout, setTimeout } from '../calls/timers.ts'

const LONGEST = 2 ** 31 - 1

/** Has a store delete what has expired, again and again, and does not keep the process alive. */
export class PruneTimer {
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  /** About every `interval` milliseconds: jitter keeps many processes on one database from pruning in step. */
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
