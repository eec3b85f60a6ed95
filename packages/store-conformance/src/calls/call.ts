import { Failure, textOf } from '../errors.ts'
import type { AnyStore } from '../subject/any-store.ts'
import type { Subject } from '../subject/subject.ts'
import { show } from '../values/show.ts'
import type { Recorder, Step } from './recorder.ts'

/** How a call ended, whatever it ended with. */
export interface Outcome {
  /** An error came back, was thrown, or the promise was rejected. */
  failed: boolean
  error: unknown
  /** The second argument of the callback, or what the promise gave. */
  value: unknown
  /** How many times the callback was called so far; goes on counting. */
  calls: number
  /** The callback was called before the method returned. */
  sync: boolean
  /** The method threw. */
  threw: boolean
  /** No answer within the deadline. */
  hung: boolean
  /** What the method returned. */
  returned: unknown
}

export interface CallOptions {
  /** Do not fail the rule when no answer comes; look at `hung` instead. */
  mayHang?: boolean
  /** Runs inside the callback, before anything else learns of it; it may throw. */
  inside?: (error: unknown, value: unknown) => void
  /** Leave a promise that comes along with a callback alone: if it is rejected, nobody handles that. */
  bare?: boolean
  /** Milliseconds to wait for the answer, when not those of the subject. */
  deadlineMs?: number
  /** Overrides the style of the subject. */
  style?: 'callback' | 'promise'
  /** An argument that follows the callback. */
  last?: unknown
}

/** A call in the making. */
export interface Call {
  readonly store: AnyStore
  readonly method: string
  readonly args: readonly unknown[]
  readonly style: Subject['style']
  readonly deadlineMs: number
  readonly step: Step
  readonly options: CallOptions
}

/** Calls a method and waits for its answer, by callback or by promise. Never rejects. */
export function invoke(call: Call): Promise<Outcome> {
  const outcome: Outcome = {
    failed: false,
    error: undefined,
    value: undefined,
    calls: 0,
    sync: false,
    threw: false,
    hung: false,
    returned: undefined,
  }
  const started = performance.now()
  return new Promise(resolve => {
    const settle = (failed: boolean, error: unknown, value: unknown): void => {
      clearTimeout(timer)
      if (call.step.result !== '') return
      Object.assign(outcome, { failed, error, value })
      call.step.ms = performance.now() - started
      call.step.result = resultText(call.method, outcome)
      resolve(outcome)
    }
    const timer = setTimeout(() => {
      outcome.hung = true
      settle(true, new Failure(`no answer within ${call.deadlineMs} ms`), undefined)
    }, call.deadlineMs)
    run(call, outcome, settle)
  })
}

type Settle = (failed: boolean, error: unknown, value: unknown) => void

function run(call: Call, outcome: Outcome, settle: Settle): void {
  const { store, method, args, step, options } = call
  let returning = false
  const callback = (error?: unknown, value?: unknown): void => {
    outcome.calls = ++step.calls
    if (outcome.calls === 1) outcome.sync = !returning
    // Resolved before `inside` may throw, so that the rule goes on.
    settle(error !== undefined && error !== null, error, value)
    try {
      options.inside?.(error, value)
    } catch (thrown) {
      step.result += `; the callback threw ${textOf(thrown)}`
      throw thrown
    }
  }
  try {
    if (typeof store[method] !== 'function') throw new TypeError(`the store has no method ${method}()`)
    const withCallback = (options.style ?? call.style) !== 'promise'
    outcome.returned = store[method](...argumentsOf(args, withCallback ? callback : undefined, options))
    returning = true
    await_(call, outcome, settle, withCallback)
  } catch (error) {
    outcome.threw = true
    settle(true, error, undefined)
  }
}

/** The callback follows the arguments, and what follows the callback has its place also where there is none. */
function argumentsOf(args: readonly unknown[], callback: unknown, { last }: CallOptions): readonly unknown[] {
  if (last !== undefined) return [...args, callback, last]
  return callback ? [...args, callback] : args
}

/** Decides whether a returned promise is the answer: yes, unless the method has a parameter for the callback. */
function await_(call: Call, outcome: Outcome, settle: Settle, withCallback: boolean): void {
  const promise = outcome.returned as PromiseLike<unknown> | undefined
  if (typeof promise?.then !== 'function') {
    if (!withCallback) settle(false, undefined, promise)
    return
  }
  const takesCallback =
    withCallback && (call.style === 'callback' || call.store[call.method].length > call.args.length)
  if (!takesCallback) {
    promise.then(
      value => settle(false, undefined, value),
      error => settle(true, error, undefined),
    )
  } else if (!call.options.bare) promise.then(undefined, () => {})
}

function resultText(method: string, outcome: Outcome): string {
  if (outcome.hung) return textOf(outcome.error).replace('Failure: ', '')
  if (outcome.threw) return `threw ${textOf(outcome.error)}`
  if (outcome.failed) return `error ${textOf(outcome.error)}`
  const silent = outcome.value === undefined && ['set', 'destroy', 'touch', 'clear', 'close'].includes(method)
  return silent ? 'ok' : show(outcome.value)
}

/** Calls without a callback and does not wait, as middleware does for `req.session.destroy()`. */
export function fire(
  store: AnyStore,
  method: string,
  args: readonly unknown[],
  recorder: Recorder,
  handle: number,
): unknown {
  const step = recorder.begin(handle, method, args)
  try {
    const returned: unknown = store[method](...args)
    step.result = 'returned (no callback given)'
    return returned
  } catch (error) {
    step.result = `threw ${textOf(error)}`
    throw new Failure(`${step.call} without a callback threw ${textOf(error)}`)
  }
}
