import { Failure, textOf } from '../errors.ts'
import type { AnyStore } from '../subject/any-store.ts'
import type { Subject } from '../subject/subject.ts'
import { after, crowding } from '../values/patience.ts'
import { show } from '../values/show.ts'
import type { Recorder, Step } from './recorder.ts'

/** How a call ended. */
export interface Outcome {
  /** An error came back, was thrown, or the promise was rejected. */
  failed: boolean
  error: unknown
  /** The second argument of the callback, or the value of the promise. */
  value: unknown
  /** How many times the callback was called so far. It keeps counting. */
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
  /** Runs inside the callback, before everything else; it may throw. */
  inside?: (error: unknown, value: unknown) => void
  /** Do not handle a promise that is returned although there is a callback: its rejection stays unhandled. */
  bare?: boolean
  /** Milliseconds to wait for the answer. Default: those of the subject. */
  deadlineMs?: number
  /** Overrides the style of the subject. */
  style?: 'callback' | 'promise'
  /** An argument that follows the callback. */
  last?: unknown
}

/** A call to be made. */
export interface Call {
  readonly store: AnyStore
  readonly method: string
  readonly args: readonly unknown[]
  readonly style: Subject['style']
  readonly deadlineMs: number
  readonly step: Step
  readonly options: CallOptions
  /** Whether other calls have been answered a moment ago. Not given where a rule is about the deadline. */
  isBusy?: () => boolean
  /** Called with the milliseconds that the answer took. */
  onAnswer(ms: number): void
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
      stop()
      if (call.step.result !== '') return
      Object.assign(outcome, { failed, error, value })
      call.step.ms = performance.now() - started
      call.onAnswer(call.step.ms)
      call.step.result = resultText(call.method, outcome)
      resolve(outcome)
    }
    const giveUp = (more: number) => (): void => {
      // While other answers arrive, the backend is slow and not silent: a busy machine must not fail a store.
      if (more > 0 && call.isBusy?.()) {
        stop = after(moreMs, giveUp(more - 1))
        return
      }
      outcome.hung = true
      settle(true, new Failure(`no answer within ${call.deadlineMs} ms`), undefined)
    }
    const isExact = call.isBusy === undefined
    let stop = after(call.deadlineMs * (isExact ? 1 : crowding()), giveUp(mostMore))
    run(call, outcome, settle)
  })
}

const moreMs = 500
const mostMore = 16

type Settle = (failed: boolean, error: unknown, value: unknown) => void

function run(call: Call, outcome: Outcome, settle: Settle): void {
  const { store, method, args, step, options } = call
  let returning = false
  const callback = (error?: unknown, value?: unknown): void => {
    outcome.calls = ++step.calls
    if (typeof store[method] === 'function') shownBy(store, method).set(method, 'callback')
    if (outcome.calls === 1) outcome.sync = !returning
    // Resolved before `inside` may throw, so that the rule continues.
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

/** The arguments with the callback. An argument after the callback keeps its position if there is no callback. */
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
  const takes = withCallback ? takesCallback(call) : 'no'
  if (takes !== 'yes') {
    const answer = (failed: boolean, error: unknown, value: unknown): void => {
      if (takes === 'no') settle(failed, error, value)
      // The callback may still be called. If it is not, the promise was the answer.
      else after(graceMs, () => settleByPromise(call, () => settle(failed, error, value)))
    }
    promise.then(
      value => answer(false, undefined, value),
      error => answer(true, error, undefined),
    )
  } else if (!call.options.bare) promise.then(undefined, () => {})
}

const graceMs = 150
type Shown = Map<string, 'callback' | 'promise'>
const shown = new WeakMap<object, Shown>()

/** Whether methods with hidden parameters answer by callback, as a call of this store, or of another of its class, has shown. */
function shownBy(store: AnyStore, method: string): Shown {
  const made: unknown = (store as object).constructor
  const key: object = typeof made === 'function' && made !== Object ? made : store[method]
  const known: Shown = shown.get(key) ?? new Map()
  shown.set(key, known)
  return known
}

function settleByPromise(call: Call, settle: () => void): void {
  if (call.step.result !== '') return
  const known = shownBy(call.store, call.method)
  if (!known.has(call.method)) known.set(call.method, 'promise')
  settle()
}

/** Whether the method has a parameter for the callback. `length` does not count a parameter with a default. */
function takesCallback({ store, method, args, style }: Call): 'yes' | 'no' | 'perhaps' {
  const implementation = store[method] as (...args: unknown[]) => unknown
  if (style === 'callback' || implementation.length > args.length) return 'yes'
  const seen = shownBy(store, method).get(method)
  if (seen) return seen === 'callback' ? 'yes' : 'no'
  const parameters = parametersOf(implementation)
  if (parameters === undefined || parameters.some(name => name.startsWith('...'))) return 'perhaps'
  return parameters.length > args.length ? 'yes' : 'no'
}

/** The parameters in the source of a function; `undefined` if there is no source. */
function parametersOf(implementation: (...args: unknown[]) => unknown): string[] | undefined {
  const text = Function.prototype.toString.call(implementation)
  const start = text.indexOf('(')
  if (start < 0 || text.includes('[native code]')) return undefined
  const parameters = ['']
  let depth = 0
  for (const character of text.slice(start + 1)) {
    if ('([{'.includes(character)) depth++
    if (')]}'.includes(character) && --depth < 0) break
    if (character === ',' && depth === 0) parameters.push('')
    else parameters[parameters.length - 1] += character
  }
  return parameters.map(name => name.trim()).filter(name => name !== '')
}

function resultText(method: string, outcome: Outcome): string {
  if (outcome.hung) return textOf(outcome.error).replace('Failure: ', '')
  if (outcome.threw) return `threw ${textOf(outcome.error)}`
  if (outcome.failed) return `error ${textOf(outcome.error)}`
  const silent = outcome.value === undefined && ['set', 'destroy', 'touch', 'clear', 'close'].includes(method)
  return silent ? 'ok' : show(outcome.value)
}

/** Calls without a callback and without waiting, as middleware does for `req.session.destroy()`. */
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
