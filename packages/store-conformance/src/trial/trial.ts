import { setTimeout as sleep } from 'node:timers/promises'
import type { Outcome } from '../calls/call.ts'
import { isMiss } from '../calls/entries.ts'
import { StoreHandle } from '../calls/handle.ts'
import { Recorder } from '../calls/recorder.ts'
import type { Stored } from '../calls/stored.ts'
import type { Chaos } from '../chaos/chaos.ts'
import { Failure, TooSlow, textOf, Unverified } from '../errors.ts'
import { contextFor, namespaceFor, type OpenOptions, type Seen, tagFor } from '../subject/context.ts'
import type { Need } from '../subject/needs.ts'
import type { Backend, Subject } from '../subject/subject.ts'
import { equal } from '../values/equal.ts'
import { after } from '../values/patience.ts'
import { randomFrom, seedFrom } from '../values/random.ts'
import { Cookie, type CookieInit, plain, Session, usualLifeMs } from '../values/session.ts'
import { show } from '../values/show.ts'
import { Bench } from './bench.ts'
import { type Owner, within } from './guard.ts'
import { checkProperty, type Property, type PropertyOptions } from './property.ts'
import type { Setting } from './setting.ts'

/** What a rule works with: stores, sessions, time, faults and expectations. One per run of a rule. */
export class Trial implements Owner {
  readonly subject: Subject
  readonly recorder: Recorder
  readonly learned: readonly string[]
  /** Precision of the store's lifetimes in milliseconds. */
  readonly granularity: number
  /** A lifetime in milliseconds that is short enough to wait for its end. */
  readonly life: number
  /** Milliseconds after its end during which a session may still be there. */
  readonly slack: number
  /** Milliseconds that a read takes. */
  readonly latency: number
  readonly seed: number
  /** Returns a number in [0, 1), the same in each run with the same seed. */
  readonly random: () => number
  /** Errors of {@link Trial.bomb} that surfaced as uncaught exception or unhandled rejection. */
  readonly surfaced: unknown[] = []
  /** Other uncaught errors. They fail the rule at its end, unless the rule removes them. */
  readonly uncaught: unknown[] = []
  /** The parts of the context that `create` has read so far. */
  readonly seen: Seen = new Set()
  readonly #setting: Setting
  readonly #rule: string
  readonly #bench: Bench
  readonly #bombs = new Set<unknown>()
  readonly #handles: StoreHandle[] = []
  readonly #base: string
  readonly #tag: string
  #passed = false

  constructor(setting: Setting, rule: string, attempt = 0, exactSids = false) {
    this.subject = setting.subject
    this.recorder = new Recorder(setting.pulse)
    this.learned = setting.learned
    this.granularity = setting.subject.granularityMs ?? 1
    this.life = this.granularity < 100 ? 160 : this.granularity * 1.2
    this.slack = this.granularity < 100 ? 60 : this.granularity * 1.35
    this.latency = setting.measured?.latencyMs ?? 0
    this.seed = seedFrom(`${setting.seed}/${rule}`)
    this.random = randomFrom(this.seed)
    this.#setting = setting
    this.#rule = rule
    this.#bench = new Bench(setting.subject)
    this.#base = namespaceFor(setting.run, rule, attempt)
    const common = setting.offered.has('shared') && !setting.offered.has('namespaces')
    this.#tag = common && !exactSids ? tagFor(rule, attempt) : ''
  }

  // Stores

  /** Makes a store. All stores of one rule have the same namespace unless the rule says otherwise. */
  async open(options: OpenOptions = {}): Promise<StoreHandle> {
    const ending = options.namespace ?? ''
    const namespace = options.exactly ? ending : this.#base + ending
    const context = contextFor(namespace, this.#bench.chaos, options, this.seen)
    try {
      const made = Promise.resolve(this.subject.create(context))
      const store: unknown = await within(20_000, made, () => new Error('no store within 20 s'))
      const index = this.#handles.length
      const handle = new StoreHandle(store, namespace, index, this.recorder, this.subject, this.#tag)
      this.#handles.push(handle)
      if (this.#setting.measured?.warm && !options.fresh) await handle.warmUp()
      return handle
    } catch (error) {
      throw new Failure(`create() failed with ${textOf(error)}`)
    }
  }

  /** Two stores with the same sessions, as in two processes. Rules that use it need `shared`. */
  async pair(options: OpenOptions = {}): Promise<[StoreHandle, StoreHandle]> {
    return [await this.open(options), await this.open(options)]
  }

  /** Whether the store or its subject offers this. */
  has(need: Need): boolean {
    return this.#setting.offered.has(need)
  }

  // Sessions

  /** A session as middleware passes it to a store. */
  session(data: object = { n: 1 }, cookie: CookieInit = { maxAge: usualLifeMs }): Session {
    return new Session(data, new Cookie(cookie))
  }

  /** The same as plain JSON data, which most stores return. */
  plain(data: object = { n: 1 }, cookie: CookieInit = { maxAge: usualLifeMs }): Stored {
    return plain(this.session(data, cookie)) as Stored
  }

  /** A session that lives for {@link Trial.life}. */
  brief(data: object = { n: 1 }): Session {
    return this.session(data, { maxAge: this.life })
  }

  /** The data of a session, without the cookie and the fields that the store adds to every session. */
  data(session: unknown): unknown {
    if (typeof session !== 'object' || session === null) return session
    const left = new Set(['cookie', ...this.learned])
    return Object.fromEntries(Object.entries(session).filter(([key]) => !left.has(key)))
  }

  // Time

  async wait(ms: number): Promise<void> {
    await sleep(ms)
  }

  /**
   * Waits until a session has ended for certain. This includes the precision of the store, and the duration of this rule's slowest call,
   * because a store may count the lifetime from the moment of the write.
   */
  async outlive(session: Session): Promise<void> {
    const end = session.cookie.expires?.getTime()
    if (end === undefined) throw new TypeError('this session does not end')
    await sleep(Math.max(0, end - Date.now()) + this.slack + this.recorder.slowest)
  }

  /** Repeats the test until it is true, or until `ms` are over. Returns whether it was ever true. */
  async eventually(ms: number, ask: () => boolean | Promise<boolean>): Promise<boolean> {
    let over = false
    const stop = after(ms, () => {
      over = true
    })
    while (!over) {
      if (await ask()) {
        stop()
        return true
      }
      await sleep(10)
    }
    return ask()
  }

  /** Starts all, each delayed by some ticks that depend on the seed. In lock-step, many races would never happen. */
  async staggered<T>(works: readonly (() => Promise<T>)[]): Promise<T[]> {
    return Promise.all(
      works.map(async work => {
        for (let ticks = Math.floor(this.random() * 5); ticks > 0; ticks--) await new Promise(setImmediate)
        return work()
      }),
    )
  }

  // Faults

  /** Disturbs the client. Needs `chaos`. */
  get chaos(): Chaos {
    return this.#bench.chaos
  }

  /** Makes the backend fail. Needs `down`. */
  down(handle: StoreHandle): Promise<void> {
    return this.#bench.down(handle)
  }

  /** Makes the backend hang. Needs `hang`. */
  hang(handle: StoreHandle): Promise<void> {
    return this.#bench.hang(handle)
  }

  /** Ends what {@link Trial.down}, {@link Trial.hang} or chaos began. */
  up(): Promise<void> {
    return this.#bench.up()
  }

  /** Calls `subject.backend[name](store, ...args)`. Needs the hook of that name. */
  hook(name: keyof Backend, handle: StoreHandle, ...args: unknown[]): Promise<unknown> {
    return this.#bench.hook(name, handle, ...args)
  }

  /** An error for a callback to throw. It goes to {@link Trial.surfaced} and does not fail the rule. */
  bomb(message = 'thrown by the callback'): Error {
    const error = new Error(message)
    this.#bombs.add(error)
    return error
  }

  /** Takes an uncaught error. */
  late(error: unknown): void {
    if (this.#bombs.has(error)) this.surfaced.push(error)
    else if (this.#passed) this.#setting.onStray?.(`after ${this.#rule}: ${textOf(error)}`)
    else this.uncaught.push(error)
  }

  /** Called when the rule has passed: later errors go to the run. */
  passed(): void {
    this.#passed = true
  }

  // Expectations

  fail(message: string): never {
    throw new Failure(message)
  }

  /** Ends the rule without a verdict, because it could not check the store. */
  unverified(reason: string): never {
    throw new Unverified(reason)
  }

  /** Ends the rule without a verdict for now: when the others are done, it is run once more. */
  tooSlow(reason: string): never {
    throw new TooSlow(reason)
  }

  ok(condition: unknown, message: string): void {
    if (!condition) throw new Failure(message)
  }

  /** `===`, or both NaN. */
  equal(got: unknown, want: unknown, what: string): void {
    if (!Object.is(got, want)) throw new Failure(`${what} gave ${show(got)}, want ${show(want)}`)
  }

  /** Deep equality with types compared: a Date is not its text. */
  deepEqual(got: unknown, want: unknown, what: string): void {
    if (!equal(got, want)) throw new Failure(`${what} gave ${show(got)}, want ${show(want)}`)
  }

  /** Checks that the session has exactly this data, apart from the cookie. */
  same(got: unknown, want: object, what: string): void {
    if (got === null || got === undefined)
      throw new Failure(`${what} gave ${got}, want the session ${show(want)}`)
    this.deepEqual(this.data(got), this.data(want), what)
  }

  /** Checks that `get` returns the session with this data, apart from the cookie. */
  async holds(handle: StoreHandle, sid: string, want: object, when = ''): Promise<Stored> {
    const got = await handle.get(sid)
    this.same(got, want, `get(${JSON.stringify(sid)})${when && ` ${when}`}`)
    return got!
  }

  /** Checks that `get` finds nothing. */
  async gone(handle: StoreHandle, sid: string, when = ''): Promise<void> {
    const got = await handle.get(sid)
    if (got === undefined) return
    throw new Failure(`get(${JSON.stringify(sid)})${when && ` ${when}`} gave ${show(got)}, want nothing`)
  }

  /** Whether a `get` found nothing. */
  isMiss(outcome: Outcome): boolean {
    return isMiss(outcome)
  }

  /** Whether a `set` was refused. Only then may the session be missing. */
  refused = (outcome: Outcome): boolean => outcome.failed

  /** Runs a fast-check property. A counterexample is shrunk, and only its calls are reported. */
  async property<Ts extends unknown[]>(property: Property<Ts>, options: PropertyOptions = {}): Promise<void> {
    const { timeLimitMs = 10_000 } = options
    const limit = timeLimitMs * (1 + this.latency / 50)
    await checkProperty(property, { seed: this.seed, ...options, timeLimitMs: limit }, this.recorder)
  }

  /** Restores the backend, removes the rule's sessions if stores share everything, and releases the stores. */
  async end(): Promise<void> {
    await this.up().catch(() => {})
    const limit = (work: () => unknown): Promise<unknown> =>
      within(2000, (async () => work())(), () => new Error('too slow')).catch(() => {})
    // Whether other rules would see the sessions. During the smoke test, nothing is known yet.
    const leaves = !this.has('namespaces') && (this.has('shared') || this.#setting.offered.size === 0)
    for (const handle of this.#handles) {
      if (leaves) await handle.destroyAll()
      if (this.subject.dispose) await limit(() => this.subject.dispose?.(handle.store))
      else if (this.#closes(handle)) await limit(() => handle.store.close())
    }
  }

  #closes(handle: StoreHandle): boolean {
    return this.#setting.measured?.closes === true || typeof handle.store?._update === 'function'
  }
}
