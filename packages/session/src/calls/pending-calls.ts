import { type Callback, callMethod } from './call-method.ts'
import { clearTimeout, setTimeout } from './timers.ts'

/** Milliseconds that the end of a response waits for calls that nobody awaits. A store that never answers must not hold it for ever. */
const PATIENCE = 3000

/** The calls to the store that a request has under way. */
export class PendingCalls {
  readonly #timeout: number
  #underWay = 0
  #waiting: (() => void)[] | undefined

  constructor(timeout: number) {
    this.#timeout = timeout
  }

  /** Whether no call is under way. */
  get idle(): boolean {
    return this.#underWay === 0
  }

  /** Run `work` when no call is under way, or after `PATIENCE`. */
  whenIdle(work: () => void): void {
    if (this.idle) return work()
    const timer = setTimeout(() => {
      this.#waiting = this.#waiting?.filter(waiting => waiting !== once)
      work()
    }, PATIENCE)
    const once = () => {
      clearTimeout(timer)
      work()
    }
    this.#waiting ??= []
    this.#waiting.push(once)
  }

  callMethod<T>(store: object, method: string, args: readonly unknown[], done: Callback<T>): void {
    this.#underWay++
    callMethod<T>(store, method, args, this.#timeout, (error, value) => this.#leave(() => done(error, value)))
  }

  /** Count a call as under way. The returned function ends it: it runs `end`, which may begin the next call. */
  enter(): (end: () => void) => void {
    this.#underWay++
    return end => this.#leave(end)
  }

  #leave(end: () => void): void {
    this.#underWay--
    try {
      end()
    } finally {
      if (this.idle && this.#waiting) for (const work of this.#waiting.splice(0)) work()
    }
  }
}
