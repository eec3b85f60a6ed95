import { deliver, started } from '../calls/answer.ts'
import type { Callback } from '../calls/call-method.ts'
import { CallsUnderWay } from '../calls/calls-under-way.ts'
import { closed } from '../errors.ts'
import { PruneTimer } from './prune-timer.ts'

/** What a store does when it opens, periodically, and when it closes. */
export interface LifecycleSteps {
  open(): Promise<void>
  close(): Promise<void>
  /** Delete expired sessions. */
  prune(): Promise<unknown>
  /** Milliseconds between two prunes; `undefined` or `false` for none. */
  pruneInterval(): number | false | undefined
}

/** Opens a store on first use, and tries again after a failure. Closes it when no call is under way. */
export class Lifecycle {
  readonly #steps: LifecycleSteps
  readonly #timer = new PruneTimer()
  readonly work: CallsUnderWay = new CallsUnderWay()
  #opening: Promise<void> | undefined
  #opened = false
  #closing: Promise<void> | undefined

  constructor(steps: LifecycleSteps) {
    this.#steps = steps
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Open the store if needed and run `work`. The result goes to `callback`, or to the returned promise. */
  run<T>(callback: Callback<T> | undefined, work: () => Promise<T>): Promise<T> | undefined {
    if (callback !== undefined && callback !== null && typeof callback !== 'function') {
      return Promise.reject(new TypeError('The callback of a session store must be a function'))
    }
    const ready = this.#opened && !this.#closing
    this.work.enter()
    return deliver(ready ? started(work) : this.ready().then(work), callback, this.work.leave)
  }

  /** The same for a call with a session id, which must be a string. */
  runOn<T>(sid: unknown, callback: Callback<T> | undefined, work: () => Promise<T>): Promise<T> | undefined {
    if (typeof sid === 'string') return this.run(callback, work)
    return this.run(callback, () => Promise.reject(new TypeError('The session id must be a string')))
  }

  /** Open the store once. After a failure, the next call tries again. */
  ready(): Promise<void> {
    if (this.#closing) return Promise.reject(closed())
    this.#opening ??= this.#steps.open().then(
      () => {
        this.#opened = true
        const interval = this.#steps.pruneInterval()
        if (interval) this.#timer.start(interval, () => this.#steps.prune())
      },
      error => {
        this.#opening = undefined
        throw error
      },
    )
    return this.#opening
  }

  close(callback: Callback | undefined): Promise<void> | undefined {
    this.#timer.stop()
    this.#closing ??= Promise.resolve(this.#opening)
      .catch(() => {})
      .then(() => this.work.done())
      .then(() => this.#steps.close())
    return deliver(this.#closing, callback)
  }
}
