import { AsyncResource } from 'node:async_hooks'
import { type Channel, channel } from 'node:diagnostics_channel'
import type { Callback } from '../calls/call-method.ts'
import type { SessionOperation, SessionTrace, TracedFailure } from './messages.ts'
import { referenceOf } from './reference.ts'

/** The channels of `tracingChannel('coatcheck:…')`. They are made by their names, because not every runtime has that function. */
export class TracedOperation {
  readonly name: SessionOperation
  readonly #start: Channel
  readonly #end: Channel
  readonly #asyncStart: Channel
  readonly #asyncEnd: Channel
  readonly #error: Channel

  constructor(name: SessionOperation) {
    const of = (event: string) => channel(`tracing:coatcheck:${name}:${event}`)
    this.name = name
    this.#start = of('start')
    this.#end = of('end')
    this.#asyncStart = of('asyncStart')
    this.#asyncEnd = of('asyncEnd')
    this.#error = of('error')
  }

  /** Whether anybody listens. `hasSubscribers` of a whole tracing channel exists only since Node 22. */
  get traced(): boolean {
    return (
      this.#start.hasSubscribers ||
      this.#end.hasSubscribers ||
      this.#asyncStart.hasSubscribers ||
      this.#asyncEnd.hasSubscribers ||
      this.#error.hasSubscribers
    )
  }

  /**
   * Do `work` and publish its beginning and its end, as `tracePromise` does, with two differences. The result, which is session data,
   * does not get into the message. And `done` continues in the context of the caller: the rest of a request is not a part of its load.
   */
  trace<T>(
    sid: string,
    work: (answer: Callback<T>, message?: SessionTrace) => void,
    done: Callback<T>,
  ): void {
    // Called for the sake of other channels.
    if (!this.traced) return work(done)
    const message = messageOf(this.name, sid)
    const goOn: Callback<T> = AsyncResource.bind((error?: unknown, value?: T) => done(error, value))
    let settled = false
    const answer: Callback<T> = (error, value) => {
      settled = true
      if (typeof value === 'boolean' && !error) message.present = value
      if (error) this.#failed(message, error)
      this.#asyncStart.publish(message)
      this.#asyncEnd.publish(message)
      goOn(error, value)
    }
    within(this.#start, message, () => {
      try {
        work(answer, message)
      } catch (error) {
        if (!settled) this.#failed(message, error)
        throw error
      } finally {
        this.#end.publish(message)
      }
    })
  }

  /** The same for work that returns a promise. */
  tracePromise<T>(sid: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.trace<T>(
        sid,
        answer => work().then(value => answer(null, value), answer),
        (error, value) => (error ? reject(error) : resolve(value as T)),
      )
    })
  }

  #failed(message: SessionTrace, error: unknown): void {
    message.error = failureOf(error)
    this.#error.publish(message)
  }
}

export const LOAD: TracedOperation = new TracedOperation('load')
export const SAVE: TracedOperation = new TracedOperation('save')
export const TOUCH: TracedOperation = new TracedOperation('touch')
export const DESTROY: TracedOperation = new TracedOperation('destroy')
export const REGENERATE: TracedOperation = new TracedOperation('regenerate')
export const UPDATE: TracedOperation = new TracedOperation('update')

/** Publish `message`, and run `work` with the stores that are bound to the channel. */
function within(to: Channel, message: SessionTrace, work: () => void): void {
  if (typeof to.runStores === 'function') return to.runStores(message, work)
  to.publish(message)
  work()
}

function messageOf(operation: SessionOperation, sid: string): SessionTrace {
  return {
    operation,
    session: referenceOf(sid),
    present: undefined,
    touched: undefined,
    error: undefined,
  }
}

function failureOf(error: unknown): TracedFailure {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown }
  return {
    name: typeof name === 'string' ? name : 'Error',
    code: typeof code === 'string' ? code : undefined,
  }
}
