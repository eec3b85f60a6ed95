import { setTimeout as sleep } from 'node:timers/promises'
import { show } from '../values/show.ts'
import { Pulse } from './pulse.ts'

/** One call to a store in the report. */
export interface Step {
  /** The number of the store, in the order of opening. */
  readonly handle: number
  /** The call with the arguments that it had. */
  readonly call: string
  /** The answer; empty while the call is under way. */
  result: string
  /** How long it took. */
  ms: number
  /** How many times the callback was called. */
  calls: number
}

const keptFirst = 8
const keptLast = 24

const reading: ReadonlySet<string> = new Set(['get', 'all', 'length', 'load'])

/** Keeps the first and the last calls of a rule. */
export class Recorder {
  #first: Step[] = []
  #last: Step[] = []
  #left = 0
  #handles = 0
  /** Milliseconds until the slowest call so far was answered. Its write may have happened that late. */
  slowest = 0
  /** Shared with the other rules of the run. */
  readonly pulse: Pulse

  constructor(pulse: Pulse = new Pulse()) {
    this.pulse = pulse
  }

  /** Notes a call. Arguments are rendered at once, because the store or the rule may change them later. */
  begin(handle: number, method: string, args: readonly unknown[]): Step {
    const shown = args.map(arg => (arg === undefined ? 'undefined' : show(arg)))
    const step: Step = { handle, call: `${method}(${shown.join(', ')})`, result: '', ms: 0, calls: 0 }
    this.#handles = Math.max(this.#handles, handle + 1)
    if (this.#first.length < keptFirst) this.#first.push(step)
    else this.#last.push(step)
    if (this.#last.length > keptLast) {
      this.#last.shift()
      this.#left++
    }
    return step
  }

  #lastWrite = Number.NEGATIVE_INFINITY

  /** Notes that a call which may have written was answered. */
  noteWrite(method: string): void {
    if (!reading.has(method)) this.#lastWrite = performance.now()
  }

  /** Waits until this many milliseconds have passed since the last call that may have written. */
  async sinceLastWrite(ms: number): Promise<void> {
    const left = this.#lastWrite + ms - performance.now()
    if (left > 0) await sleep(left)
  }

  /** Notes how long a call took. */
  noteDuration(ms: number): void {
    this.slowest = Math.max(this.slowest, ms)
  }

  /** Notes how long this work takes. */
  async timed<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now()
    try {
      return await work()
    } finally {
      this.noteDuration(performance.now() - began)
    }
  }

  /** Forgets all calls, for rules that repeat themselves with other data. */
  clear(): void {
    this.#first = []
    this.#last = []
    this.#left = 0
  }

  /** One line for each call. */
  lines(): string[] {
    const count = this.#first.length
    const after = count + this.#left
    return [
      ...this.#first.map((step, index) => this.#line(step, index + 1)),
      ...(this.#left > 0 ? [`… ${this.#left} calls left out`] : []),
      ...this.#last.map((step, index) => this.#line(step, after + index + 1)),
    ]
  }

  #line(step: Step, number: number): string {
    const store = this.#handles > 1 ? `${String.fromCharCode(65 + (step.handle % 26))}.` : ''
    const again = step.calls > 1 ? `; called back ${step.calls} times` : ''
    return `${number} ${store}${step.call} → ${step.result || 'no answer'}${again}  ${Math.round(step.ms)} ms`
  }
}
