import { clearTimeout, setImmediate, setTimeout } from './timers.ts'

/** Milliseconds that `close` waits for calls that the store has not answered. */
const PATIENCE = 3000

/** Counts the calls that a store has under way. */
export class CallsUnderWay {
  #count = 0
  #idle: (() => void) | undefined

  enter(): void {
    this.#count++
  }

  /** Bound, so that it can be passed as a callback. */
  readonly leave: () => void = () => {
    if (--this.#count === 0) this.#idle?.()
  }

  /** Resolves when no call is under way, or after `PATIENCE`. */
  done(): Promise<void> {
    if (this.#count === 0) return Promise.resolve()
    return new Promise(resolve => {
      const timer = setTimeout(resolve, PATIENCE)
      this.#idle = () => {
        clearTimeout(timer)
        // The callback of the last call runs first.
        setImmediate(resolve)
      }
    })
  }
}
