import { clearTimeout, setImmediate, setTimeout } from './timers.ts'

/** How long the end of a store waits for calls that are not answered. */
const PATIENCE = 3000

/** Counts the calls that a store has under way. */
export class CallsUnderWay {
  #count = 0
  #idle: (() => void) | undefined

  enter(): void {
    this.#count++
  }

  /** Bound, so that it can be handed on as it is. */
  readonly leave: () => void = () => {
    if (--this.#count === 0) this.#idle?.()
  }

  /** When nothing is under way, or when that has taken too long. */
  done(): Promise<void> {
    if (this.#count === 0) return Promise.resolve()
    return new Promise(resolve => {
      const timer = setTimeout(resolve, PATIENCE)
      this.#idle = () => {
        clearTimeout(timer)
        // The callback that has the answer comes first.
        setImmediate(resolve)
      }
    })
  }
}
