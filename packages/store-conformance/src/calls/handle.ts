import { Failure, textOf } from '../errors.ts'
import type { AnyStore } from '../subject/any-store.ts'
import { isRenewed } from '../subject/combined.ts'
import type { Subject } from '../subject/subject.ts'
import { atATime } from '../values/at-a-time.ts'
import { show } from '../values/show.ts'
import { type CallOptions, fire, invoke, type Outcome } from './call.ts'
import { type Entry, entriesOf, isMiss } from './entries.ts'
import type { Recorder } from './recorder.ts'
import type { Owned, Stored } from './stored.ts'

/** How many of the first arguments are session ids. */
const idsOf: Readonly<Record<string, number>> = {
  get: 1,
  set: 1,
  touch: 1,
  destroy: 1,
  insert: 1,
  putRaw: 1,
  age: 1,
  lock: 1,
  exchange: 2,
}

/**
 * One opened store. The methods with the names of the store's methods fail the rule when the store reports an error or does
 * not answer. {@link StoreHandle.outcome} lets the rule decide.
 */
export class StoreHandle {
  /** The store itself. */
  readonly store: AnyStore
  readonly namespace: string
  /** Sids that were set through this handle. */
  readonly sids: Set<string> = new Set()
  readonly #index: number
  readonly #tag: string
  readonly #recorder: Recorder
  readonly #subject: Subject

  constructor(
    store: AnyStore,
    namespace: string,
    index: number,
    recorder: Recorder,
    subject: Subject,
    tag: string,
  ) {
    this.store = store
    this.namespace = namespace
    this.#index = index
    this.#recorder = recorder
    this.#subject = subject
    this.#tag = tag
  }

  /** Calls any method and returns how it ended. Fails the rule only when no answer comes. */
  async outcome(method: string, args: readonly unknown[] = [], options: CallOptions = {}): Promise<Outcome> {
    const shown = options.last === undefined ? args : [...args, options.last]
    const step = this.#recorder.begin(this.#index, method, shown)
    if (method === 'set' && typeof args[0] === 'string') this.sids.add(args[0])
    const deadlineMs = options.deadlineMs ?? this.#subject.deadlineMs ?? 2000
    const style = this.#subject.style
    const onAnswer = (ms: number): void => this.#recorder.noteDuration(ms)
    const { lagMs } = this.#subject
    // Without a lag the method is called at once. Rules that change data after the call rely on that.
    if (lagMs !== undefined && method !== 'set') await this.#recorder.sinceLastWrite(lagMs)
    const outcome = await invoke({
      store: this.store,
      method,
      args: this.tagged(method, args),
      style,
      deadlineMs,
      step,
      options,
      onAnswer,
      ...(options.deadlineMs === undefined ? { isBusy: () => this.#recorder.pulse.isFelt() } : {}),
    })
    if (!outcome.hung) this.#recorder.pulse.beat()
    this.#recorder.noteWrite(method)
    if (outcome.hung && !options.mayHang)
      throw new Failure(`${step.call} was not answered within ${deadlineMs} ms`)
    return outcome
  }

  /** Makes the first call, which may wait for a connection. Returns false when it was not answered within 20 s. */
  async warmUp(): Promise<boolean> {
    const step = { handle: this.#index, call: 'get("warm-up")', result: '', ms: 0, calls: 0 }
    const { store } = this
    const { style } = this.#subject
    const call = { store, method: 'get', args: ['warm-up'], style, deadlineMs: 20_000, step, options: {} }
    return !(await invoke({ ...call, onAnswer: () => {} })).hung
  }

  /** Calls any method and returns its value, or fails the rule. */
  async call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    const step = textOfCall(method, args)
    const outcome = await this.outcome(method, args)
    if (!outcome.failed) return outcome.value
    throw new Failure(
      `${step} ${outcome.threw ? 'threw' : 'failed with'} ${textOf(outcome.error)}, want no error`,
    )
  }

  /** Calls without a callback and without waiting. Returns what the method returned. */
  fire(method: string, ...args: readonly unknown[]): unknown {
    if (method === 'set' && typeof args[0] === 'string') this.sids.add(args[0])
    return fire(this.store, method, this.tagged(method, args), this.#recorder, this.#index)
  }

  /** The session, or `undefined` for a miss of any of the allowed shapes. */
  async get(sid: string): Promise<Stored | undefined> {
    return this.#get(sid)
  }

  async #get(sid: string, options: CallOptions = {}): Promise<Stored | undefined> {
    const outcome = await this.outcome('get', [sid], options)
    if (isMiss(outcome)) return undefined
    if (outcome.failed) {
      throw new Failure(`${textOfCall('get', [sid])} failed with ${textOf(outcome.error)}, want no error`)
    }
    return outcome.value as Stored
  }

  async set(sid: string, session: object): Promise<void> {
    await this.call('set', sid, session)
  }

  async destroy(sid: string): Promise<void> {
    await this.call('destroy', sid)
  }

  async touch(sid: string, session: object): Promise<void> {
    await this.call('touch', sid, session)
  }

  async clear(): Promise<void> {
    await this.call('clear')
  }

  async length(): Promise<unknown> {
    return this.call('length')
  }

  /** The normalized result of `all()`. */
  async all(): Promise<Entry[]> {
    return this.#untagged(entriesOf(await this.call('all'), 'all()'))
  }

  async close(): Promise<void> {
    await this.call('close')
  }

  async prune(): Promise<unknown> {
    return this.call('prune')
  }

  /** Reads a session so that {@link StoreHandle.update} can tell whether it changed since. Needs `conditional`. */
  async load(sid: string): Promise<Stored | undefined> {
    const mapping = this.#subject.conditional
    if (!mapping) return this.get(sid)
    return (await this.#recorder.timed(() => mapping.load(this.store, this.#tag + sid))) as Stored | undefined
  }

  /** Saves the object that {@link StoreHandle.load} returned, with changes. Needs `conditional`. */
  async update(sid: string, session: object): Promise<'updated' | 'changed' | 'missing'> {
    const mapping = this.#subject.conditional
    if (mapping) return this.#recorder.timed(() => mapping.update(this.store, this.#tag + sid, session))
    const { failed, error } = await this.outcome('set', [sid, session])
    if (!failed) return 'updated'
    const code = (error as { code?: unknown } | null)?.code
    if (code === 'ERR_SESSION_CHANGED') return 'changed'
    if (code === 'ERR_SESSION_GONE') return 'missing'
    throw new Failure(`${textOfCall('set', [sid, session])} of a loaded session failed with ${textOf(error)}`)
  }

  /** The session, read with a touch, and whether the read has touched it. Needs `renewal`. */
  async renew(
    sid: string,
    renew: number | null,
    options: CallOptions = {},
  ): Promise<{ session: Stored | undefined; renewed: boolean }> {
    const session = await this.#get(sid, { ...options, last: { renew } })
    return { session, renewed: isRenewed(session) }
  }

  /** Whether the session was inserted. Needs `insert`. */
  async insert(sid: string, session: object): Promise<boolean> {
    this.sids.add(sid)
    const inserted = await this.call('insert', sid, session)
    if (typeof inserted === 'boolean') return inserted
    throw new Failure(`${textOfCall('insert', [sid, session])} gave ${show(inserted)}, want true or false`)
  }

  /** Stores a session in the place of an old one. Returns whether the old one was there. Needs `exchange`. */
  async exchange(old: string, sid: string, session: object, required = false): Promise<boolean> {
    this.sids.add(sid)
    const there = await this.call('exchange', old, sid, session, { required })
    if (typeof there === 'boolean') return there
    const call = textOfCall('exchange', [old, sid, session, { required }])
    throw new Failure(`${call} gave ${show(there)}, want true or false`)
  }

  /** The elements of the async iterable `entries()`. */
  async entries(): Promise<Entry[]> {
    const step = this.#recorder.begin(this.#index, 'entries', [])
    const found: unknown[] = []
    try {
      for await (const entry of this.store.entries()) found.push(entry)
    } catch (error) {
      step.result = `threw ${textOf(error)}`
      throw new Failure(`entries() threw ${textOf(error)}, want no error`)
    }
    step.result = `${found.length} entries`
    return this.#untagged(entriesOf(found, 'entries()'))
  }

  /** Destroys the sessions that were set through this handle. */
  async destroyAll(): Promise<void> {
    await atATime(this.sids, 16, sid => this.outcome('destroy', [sid]).catch(() => {}))
  }

  /** The elements of the async iterable `sessionsOf()`. Needs `owners`. */
  async sessionsOf(owner: string): Promise<Owned[]> {
    const step = this.#recorder.begin(this.#index, 'sessionsOf', [owner])
    const found: Owned[] = []
    try {
      for await (const entry of this.store.sessionsOf(owner)) found.push(entry)
    } catch (error) {
      step.result = `threw ${textOf(error)}`
      throw new Failure(`sessionsOf(${show(owner)}) threw ${textOf(error)}, want no error`)
    }
    step.result = `${found.length} sessions`
    for (const { sid, session } of found) {
      if (typeof sid !== 'string' || typeof session !== 'object' || session === null)
        throw new Failure(
          `sessionsOf(${show(owner)}) gave ${show({ sid, session })}, want a sid and a session`,
        )
    }
    return found
  }

  /** Calls `countOf` or `destroyAllOf`, which only return promises of a number. Needs `owners`. */
  async ofOwner(method: 'countOf' | 'destroyAllOf', ...args: readonly unknown[]): Promise<unknown> {
    const { failed, error, value } = await this.outcome(method, args, {
      style: 'promise',
      deadlineMs: 60_000,
    })
    if (!failed) return value
    throw new Failure(`${method}(${args.map(show).join(', ')}) failed with ${textOf(error)}, want no error`)
  }

  /** The arguments for the store. If stores share all sessions, each rule has its own prefix of ids. */
  tagged(method: string, args: readonly unknown[]): readonly unknown[] {
    const ids = this.#tag === '' ? 0 : (idsOf[method] ?? 0)
    return args.map((arg, index) => (index < ids && typeof arg === 'string' ? this.#tag + arg : arg))
  }

  /** The same without that prefix. */
  untag(sids: readonly string[]): string[] {
    return sids.map(sid => (sid.startsWith(this.#tag) ? sid.slice(this.#tag.length) : sid))
  }

  #untagged(entries: readonly Entry[]): Entry[] {
    const cut = (sid: string | undefined) => (sid?.startsWith(this.#tag) ? sid.slice(this.#tag.length) : sid)
    return entries.map(({ sid, session }) => ({ sid: cut(sid), session }))
  }
}

function textOfCall(method: string, args: readonly unknown[]): string {
  return `${method}(${args.map(arg => (typeof arg === 'string' ? JSON.stringify(arg) : 'session')).join(', ')})`
}
