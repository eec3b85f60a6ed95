import { deliver, started } from '../calls/answer.ts'
import type { Callback } from '../calls/call-method.ts'
import { CallsUnderWay } from '../calls/calls-under-way.ts'
import { closed } from '../errors.ts'
import { PruneTimer } from './prune-timer.ts'

/** What a store does at the beginning, now and then, and at the end. */
export interface LifecycleSteps {
  open(): Promise<void>
  close(): Promise<void>
  /** Delete expired sessions. */
  prune(): Promise<unknown>
  /** Milliseconds between these; `undefined` or `false` for never. */
  pruneInterval(): number | false | undefined
}

/** Opens a store when it is first used, and again after a failure; closes it when nothing is under way any more. */
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

  /** Do `work` in the open store, and answer by `callback` or, without one, by a promise. */
  run<T>(callback: Callback<T> | undefined, work: () => Promise<T>): Promise<T> | undefined {
    if (callback !== undefined && callback !== null && typeof callback !== 'function') {
      return Promise.reject(new TypeError('The callback of a session store must be a function'))
    }
    const ready = this.#opened && !this.#closing
    this.work.enter()
    return deliver(ready ? started(work) : this.ready().then(work), callback, this.work.leave)
  }

  /** The same for a call about the session of `sid`. */
  runOn<T>(sid: unknown, callback: Callback<T> | undefined, work: () => Promise<T>): Promise<T> | undefined {
    if (typeof sid === 'string') return this.run(callback, work)
    return this.run(callback, () => Promise.reject(new TypeError('The session id must be a string')))
  }

  /** Opened once. A failure is forgotten, so that the next call tries again. */
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
