import { deliver, started } from '../calls/answer.ts'
import type { Callback } from '../calls/call-method.ts'
import { UnderWay } from '../calls/calls-under-way.ts'
import { changed, closed, gone } from '../errors.ts'
import { type Codec, decode, encode } from '../session/codec.ts'
import { LOADED, type Loaded, loadedOf, noteLoaded, noteRead } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'
import { BatchedReads } from './batched-reads.ts'
import { declareCombined } from './combined-operation.ts'
import { decodable, whileOpen } from './entries.ts'
import { DAY, lifetimeOf, showExpiry } from './lifetime.ts'
import { PruneTimer } from './prune-timer.ts'
import type { ExchangeOptions, StoredRecord } from './record.ts'
import { RecordHooks } from './record-hooks.ts'
import { checkOptions, type RecordStoreOptions } from './record-store-options.ts'
import { type SessionChange, type StoredSession, updateRecord } from './record-update.ts'
import { type GetOptions, renewalOf } from './renewal.ts'
import type { StoredData } from './store.ts'

const PRUNE_BATCH = 1000

/**
 * What a store extends: a backend implements the hooks, see {@link RecordHooks}. Everything else is done here, once: lifetimes,
 * encoding, callbacks and promises, opening on first use, deleting what has expired.
 *
 * Each public method takes a callback, which is called once and never before the method has returned, or returns a promise.
 */
export abstract class RecordStore extends RecordHooks {
  readonly #ttl: number
  readonly #pruneInterval: number | false
  readonly #codec: Codec
  #opening: Promise<void> | undefined
  #opened = false
  #closing: Promise<void> | undefined
  readonly #timer = new PruneTimer()
  readonly #work = new UnderWay()
  readonly #reads: BatchedReads | undefined

  constructor({ ttl = DAY, pruneInterval = 15 * 60_000, codec = JSON }: RecordStoreOptions = {}) {
    super()
    checkOptions(ttl, pruneInterval, codec)
    this.#ttl = ttl
    this.#pruneInterval = pruneInterval
    this.#codec = codec
    if (this._readMany) {
      this.#reads = new BatchedReads({ one: this._read.bind(this), several: this._readMany.bind(this) })
    }
    // Who asks for `insert` needs it in one step: where that cannot be had, it is not there.
    if (!this._insert && this.insert === RecordStore.prototype.insert)
      Object.assign(this, { insert: undefined })
  }

  /** The default lifetime in milliseconds. */
  get ttl(): number {
    return this.#ttl
  }

  /**
   * The session as plain data, or `undefined` when there is none or it has expired. Its `cookie.expires` is the current expiry.
   * Fails with `ERR_SESSION_CORRUPT` when the stored data is no session. With `renew` it may be a touch as well, in one step.
   */
  override get(sid: string, callback: Callback<SessionData | undefined>, options?: GetOptions): void
  override get(sid: string, callback: undefined, options?: GetOptions): Promise<SessionData | undefined>
  // The last one is what TypeScript compares with a `get` of others.
  override get(sid: string): Promise<SessionData | undefined>
  override get(
    sid: string,
    callback?: Callback<SessionData | undefined>,
    options?: GetOptions,
  ): Promise<SessionData | undefined> | void {
    return this.#answer(callback, () => this.#get(sid, options?.renew))
  }

  /**
   * Insert or replace the session of `sid`; one whose expiry has passed is removed. A session that `get` gave is only replaced,
   * never inserted again: fails with `ERR_SESSION_GONE` when it was destroyed or has expired meanwhile, and with
   * `ERR_SESSION_CHANGED` when another writer was first. Fails with `ERR_SESSION_SERIALIZE` when it cannot be encoded.
   */
  override set(sid: string, session: StoredData, callback: Callback): void
  override set(sid: string, session: StoredData): Promise<void>
  override set(sid: string, session: StoredData, callback?: Callback): Promise<void> | void {
    return this.#store(session, callback, (data, ttl) => this.#save(sid, session, data, ttl))
  }

  /**
   * Insert the session of `sid` if there is none, in one atomic step, and tell whether it was inserted: not when one is there, which
   * is left as it is, and not when this one has expired. Fails with `ERR_SESSION_SERIALIZE` when it cannot be encoded. A store whose
   * backend has no `_insert` has no `insert` either.
   */
  insert(sid: string, session: StoredData, callback: Callback<boolean>): void
  insert(sid: string, session: StoredData): Promise<boolean>
  insert(sid: string, session: StoredData, callback?: Callback<boolean>): Promise<boolean> | void {
    return this.#store(session, callback, async (data, ttl) => {
      if (ttl <= 0 || !(await this._insert?.(sid, data, ttl))) return false
      if (LOADED in session) noteLoaded(session, { sid, text: data, ttl, compare: true })
      return true
    })
  }

  /**
   * End the session of `old` and insert or replace that of `sid`, another id, in one step where the backend has one, and tell whether
   * the old one was there. With `required` nothing is stored when it was not. Fails with `ERR_SESSION_SERIALIZE` when the session cannot
   * be encoded.
   */
  exchange(
    old: string,
    sid: string,
    session: StoredData,
    options: ExchangeOptions,
    callback: Callback<boolean>,
  ): void
  exchange(old: string, sid: string, session: StoredData, options?: ExchangeOptions): Promise<boolean>
  exchange(
    old: string,
    sid: string,
    session: StoredData,
    { required = false }: ExchangeOptions = {},
    callback?: Callback<boolean>,
  ): Promise<boolean> | void {
    return this.#store(session, callback, async (data, ttl) => {
      if (old === sid) throw new TypeError('A session cannot be exchanged for one of the same id')
      if (ttl <= 0) return Boolean(await this._destroy(old))
      const there = Boolean(await this._exchange(old, sid, data, ttl, required))
      if ((there || !required) && LOADED in session)
        noteLoaded(session, { sid, text: data, ttl, compare: true })
      return there
    })
  }

  /**
   * Change a session outside of a request: read it, let `change` have it, and write it if nobody else has meanwhile; otherwise
   * once more from the start. Its lifetime stays what it is, unless `change` gives it another cookie. Gives the session as it is then.
   * Fails with `ERR_SESSION_GONE` when there is none (any more), and with `ERR_SESSION_CHANGED` when others were faster 50 times.
   */
  update(sid: string, change: SessionChange, callback: Callback<StoredSession>): void
  update(sid: string, change: SessionChange): Promise<StoredSession>
  update(
    sid: string,
    change: SessionChange,
    callback?: Callback<StoredSession>,
  ): Promise<StoredSession> | void {
    const [read, replace] = [this.#get.bind(this), this._update.bind(this)]
    const backend = { ttl: this.#ttl, codec: this.#codec, read, replace }
    return this.#answer(callback, () => updateRecord(backend, sid, change))
  }

  /** Move the expiry to that of `session.cookie`. Tells whether the session was there; that it was not is no error. */
  override touch(sid: string, session: StoredData, callback: Callback<boolean>): void
  override touch(sid: string, session: StoredData): Promise<boolean>
  override touch(sid: string, session: StoredData, callback?: Callback<boolean>): Promise<boolean> | void {
    return this.#answer(callback, async () => {
      const ttl = lifetimeOf(session.cookie, this.#ttl)
      return ttl > 0 ? this._touch(sid, ttl) : Boolean(await this._destroy(sid))
    })
  }

  /** Remove the session. Tells whether it was there; that it was not is no error. */
  override destroy(sid: string, callback: Callback<boolean>): void
  override destroy(sid: string): Promise<boolean>
  override destroy(sid: string, callback?: Callback<boolean>): Promise<boolean> | void {
    return this.#answer(callback, async () => Boolean(await this._destroy(sid)))
  }

  /** Every live session by id, in one object: for small stores. Large ones are read with {@link entries}. */
  override all(callback: Callback<Record<string, SessionData>>): void
  override all(): Promise<Record<string, SessionData>>
  override all(
    callback?: Callback<Record<string, SessionData>>,
  ): Promise<Record<string, SessionData>> | void {
    return this.#answer(callback, async () => {
      const sessions: Record<string, SessionData> = Object.create(null)
      for await (const [sid, session] of this.#live()) sessions[sid] = session
      return sessions
    })
  }

  /** How many live sessions there are. */
  override length(callback: Callback<number>): void
  override length(): Promise<number>
  override length(callback?: Callback<number>): Promise<number> | void {
    return this.#answer(callback, () => this._count())
  }

  /** The ids of all live sessions. */
  ids(callback: Callback<string[]>): void
  ids(): Promise<string[]>
  ids(callback?: Callback<string[]>): Promise<string[]> | void {
    return this.#answer(callback, async () => {
      const ids: string[] = []
      for await (const { sid } of this._entries()) ids.push(sid)
      return ids
    })
  }

  /** Live sessions one by one with their ids, never all in memory. What cannot be decoded is left out, with one warning. */
  async *entries(): AsyncGenerator<[sid: string, session: SessionData], void, void> {
    await this.#ready()
    yield* whileOpen(this.#live(), this.#work, () => this.#closing !== undefined)
  }

  /** Remove every session of this store. */
  override clear(callback: Callback): void
  override clear(): Promise<void>
  override clear(callback?: Callback): Promise<void> | void {
    return this.#answer(callback, () => this._clear())
  }

  /** Delete expired sessions, batch by batch. Tells how many there were. */
  prune(callback: Callback<number>): void
  prune(): Promise<number>
  prune(callback?: Callback<number>): Promise<number> | void {
    return this.#answer(callback, async () => {
      let total = 0
      for (let deleted = PRUNE_BATCH; deleted >= PRUNE_BATCH && !this.#closing; total += deleted) {
        deleted = (await this._prune?.(PRUNE_BATCH)) ?? 0
      }
      return total
    })
  }

  /**
   * Stop the timer, wait for what is under way (at most 3 seconds), and release the backend. Later calls fail with
   * `ERR_SESSION_STORE_CLOSED`; a second `close` is no error.
   */
  close(callback: Callback): void
  close(): Promise<void>
  close(callback?: Callback): Promise<void> | void {
    this.#timer.stop()
    this.#closing ??= Promise.resolve(this.#opening)
      .catch(() => {})
      .then(() => this.#work.done())
      .then(() => this._close())
    return deliver(this.#closing, callback)
  }

  /** Prepared once; a failure is forgotten, so that the next call tries again. */
  #ready(): Promise<void> {
    if (this.#closing) return Promise.reject(closed())
    this.#opening ??= this._open().then(
      () => {
        this.#opened = true
        const interval = this._prune && this.#pruneInterval
        if (interval) this.#timer.start(interval, () => this.prune())
      },
      error => {
        this.#opening = undefined
        throw error
      },
    )
    return this.#opening
  }

  #answer<T>(callback: Callback<T> | undefined, work: () => Promise<T>): Promise<T> | undefined {
    const ready = this.#opened && !this.#closing
    this.#work.enter()
    return deliver(ready ? started(work) : this.#ready().then(work), callback, this.#work.leave)
  }

  /** Encodes at once: what is written is the session as it is at the call. */
  #store<T>(
    session: StoredData,
    callback: Callback<T> | undefined,
    write: (data: string, ttl: number) => Promise<T>,
  ): Promise<T> | undefined {
    let data: string
    let ttl: number
    try {
      data = encode(this.#codec, session)
      ttl = lifetimeOf(session.cookie, this.#ttl)
    } catch (error) {
      return this.#answer<T>(callback, () => Promise.reject(error))
    }
    return this.#answer(callback, () => write(data, ttl))
  }

  async #save(sid: string, session: StoredData, data: string, ttl: number): Promise<void> {
    const loaded = loadedOf(session)
    if (ttl <= 0) await this._destroy(sid)
    else if (loaded?.sid === sid) {
      const result = await this._update(sid, data, ttl, loaded.compare ? loaded.text : undefined)
      if (result === 'missing') throw gone()
      if (result === 'changed') throw changed()
    } else {
      await this._write(sid, data, ttl)
    }
    // A session of the middleware has the place for it from the start; a plain object is left as it is.
    if (LOADED in session) noteLoaded(session, { sid, text: data, ttl, compare: loaded?.compare ?? true })
  }

  async #get(sid: string, renew?: number | null): Promise<SessionData | undefined> {
    const renewal = this.#codec === JSON ? renewalOf(renew, this.#ttl) : undefined
    const record = await (this.#reads ? this.#reads.read(sid, renewal) : this._read(sid, renewal))
    return record && this.#session(sid, record)
  }

  #session(sid: string, { data, ttl, renewed = false }: StoredRecord): SessionData {
    const session = decode(this.#codec, data)
    showExpiry(session, ttl)
    noteLoaded(session, { sid, text: data, ttl, compare: true } satisfies Loaded)
    if (this.#codec === JSON) noteRead(session, { text: data, renewed })
    return session as unknown as SessionData
  }

  #live(): AsyncGenerator<[string, SessionData], void, void> {
    return decodable(this._entries(), entry => this.#session(entry.sid, entry))
  }
}

declareCombined(RecordStore.prototype, 'get', ['touch'])
declareCombined(RecordStore.prototype, 'exchange', ['destroy', 'set', 'regenerate'])
