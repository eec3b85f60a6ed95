import type { Callback } from '../calls/call-method.ts'
import { changed, gone } from '../errors.ts'
import { type ExchangeOptions, type SetOptions, type StoredRecord, setArguments } from '../records/record.ts'
import { type Codec, decode, encode } from '../session/codec.ts'
import { LOADED, type Loaded, loadedOf, noteLoaded, noteRead } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'
import { BatchedReads } from './batched-reads.ts'
import { declareCombined } from './combined-operation.ts'
import { decodable, whileOpen } from './entries.ts'
import { Lifecycle } from './lifecycle.ts'
import { cookieOf, DAY, lifetimeOf, showExpiry } from './lifetime.ts'
import { pruneInBatches } from './prune-timer.ts'
import { RecordHooks } from './record-hooks.ts'
import { checkOptions, type RecordStoreOptions } from './record-store-options.ts'
import { type SessionChange, type StoredSession, updateRecord } from './record-update.ts'
import { successorIn } from './redirect-record.ts'
import { type GetOptions, renewalOf } from './renewal.ts'
import type { StoredData } from './store.ts'

/**
 * The base class of a store. A backend implements the hooks of {@link RecordHooks}. This class does everything else: lifetimes,
 * encoding, callbacks and promises, opening on first use, deleting expired sessions.
 *
 * Each public method takes a callback, which is called once and never before the method has returned, or returns a promise.
 */
export abstract class RecordStore extends RecordHooks {
  readonly #ttl: number
  readonly #codec: Codec
  readonly #lifecycle: Lifecycle
  readonly #reads: BatchedReads | undefined

  constructor({ ttl = DAY, pruneInterval = 15 * 60_000, codec = JSON }: RecordStoreOptions = {}) {
    super()
    checkOptions(ttl, pruneInterval, codec)
    this.#ttl = ttl
    this.#codec = codec
    this.#lifecycle = new Lifecycle({
      open: () => this._open(),
      close: () => this._close(),
      prune: () => this.prune(),
      pruneInterval: () => this._prune && pruneInterval,
    })
    if (this._readMany) {
      this.#reads = new BatchedReads({ one: this._read.bind(this), several: this._readMany.bind(this) })
    }
    // Callers rely on an atomic `insert`. If the backend cannot do that, the store has no such method.
    if (!this._insert && this.insert === RecordStore.prototype.insert)
      Object.assign(this, { insert: undefined })
  }

  /** Turns sessions into text and back. */
  get codec(): Codec {
    return this.#codec
  }

  /** The default lifetime in milliseconds. */
  get ttl(): number {
    return this.#ttl
  }

  /**
   * The session as plain data, or `undefined` when there is none or it has expired. Its `cookie.expires` is the current expiry.
   * Fails with `ERR_SESSION_CORRUPT` when the stored data is not a session. With `renew` the read can also be a touch.
   */
  override get(sid: string, callback: Callback<SessionData | undefined>, options?: GetOptions): void
  override get(sid: string, callback: undefined, options?: GetOptions): Promise<SessionData | undefined>
  // TypeScript compares the last overload with the `get` of other packages' types.
  override get(sid: string): Promise<SessionData | undefined>
  override get(
    sid: string,
    callback?: Callback<SessionData | undefined>,
    options?: GetOptions,
  ): Promise<SessionData | undefined> | void {
    return this.#lifecycle.runOn(sid, callback, () => this.#get(sid, options?.renew))
  }

  /**
   * Insert or replace the session of `sid`, or remove it when its expiry has passed. The lifetime is `options.ttl`, or else that of its
   * cookie, or else the store's `ttl`. A session that `get` returned is never inserted again: `ERR_SESSION_GONE` when it has ended,
   * `ERR_SESSION_CHANGED` when another writer has changed it. `ERR_SESSION_SERIALIZE` when it cannot be encoded.
   */
  override set(sid: string, session: StoredData, callback: Callback): void
  override set(sid: string, session: StoredData, options?: SetOptions): Promise<void>
  override set(
    sid: string,
    session: StoredData,
    options?: Callback | SetOptions,
    callback?: Callback,
  ): Promise<void> | void {
    const { ttl, done } = setArguments(options, callback)
    return this.#store(sid, session, done, (data, ttl) => this.#save(sid, session, data, ttl), ttl)
  }

  /**
   * Insert the session in one atomic step, unless `sid` has a live session or this one has expired. Returns whether it was inserted.
   * Fails as `set` does. A store whose backend has no `_insert` has no `insert`.
   */
  insert(sid: string, session: StoredData, callback: Callback<boolean>): void
  insert(sid: string, session: StoredData): Promise<boolean>
  insert(sid: string, session: StoredData, callback?: Callback<boolean>): Promise<boolean> | void {
    return this.#store(sid, session, callback, async (data, ttl) => {
      if (ttl <= 0 || !(await this._insert?.(sid, data, ttl))) return false
      if (LOADED in session) noteLoaded(session, { sid, text: data, ttl, compare: true })
      return true
    })
  }

  /**
   * Destroy the session of `old` and insert or replace that of `sid`, a different id, in one atomic step if the backend can. Returns
   * whether the old session was there. With `required`, nothing is stored when it was not. Fails as `set` does.
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
    done?: Callback<boolean>,
  ): Promise<boolean> | void {
    return this.#store(sid, session, done, async (data, ttl) => {
      if (typeof old !== 'string') throw new TypeError('The session id must be a string')
      if (old === sid) throw new TypeError('exchange() needs two different session ids')
      if (ttl <= 0) return this.#remove(old)
      const there = await this.#ended(await this._exchange(old, sid, data, ttl, required))
      if ((there || !required) && LOADED in session)
        noteLoaded(session, { sid, text: data, ttl, compare: true })
      return there
    })
  }

  /**
   * Change a session outside of a request: read it, call `change` with it, and write it. Start again if another writer was faster. The
   * lifetime stays, unless `change` sets another cookie. Returns the session as stored. Fails with `ERR_SESSION_GONE` when there is
   * none, and with `ERR_SESSION_CHANGED` after 50 attempts.
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
    return this.#lifecycle.runOn(sid, callback, () => updateRecord(backend, sid, change))
  }

  /** Move the expiry to that of `session.cookie`. Returns whether the session was there. A missing one is not an error. */
  override touch(sid: string, session: StoredData, callback: Callback<boolean>): void
  override touch(sid: string, session: StoredData): Promise<boolean>
  override touch(sid: string, session: StoredData, callback?: Callback<boolean>): Promise<boolean> | void {
    return this.#lifecycle.runOn(sid, callback, async () => {
      const ttl = lifetimeOf(cookieOf(session), this.#ttl)
      return ttl > 0 ? this._touch(sid, ttl) : this.#remove(sid)
    })
  }

  /** Remove the session. Returns whether it was there. A missing one is not an error. */
  override destroy(sid: string, callback: Callback<boolean>): void
  override destroy(sid: string): Promise<boolean>
  override destroy(sid: string, callback?: Callback<boolean>): Promise<boolean> | void {
    return this.#lifecycle.runOn(sid, callback, () => this.#remove(sid))
  }

  /** Every live session by id, in one object. For a large store use {@link entries}. */
  override all(callback: Callback<Record<string, SessionData>>): void
  override all(): Promise<Record<string, SessionData>>
  override all(
    callback?: Callback<Record<string, SessionData>>,
  ): Promise<Record<string, SessionData>> | void {
    return this.#lifecycle.run(callback, async () => {
      const sessions: Record<string, SessionData> = Object.create(null)
      for await (const [sid, session] of this.#live()) sessions[sid] = session
      return sessions
    })
  }

  /** How many live sessions there are. */
  override length(callback: Callback<number>): void
  override length(): Promise<number>
  override length(callback?: Callback<number>): Promise<number> | void {
    return this.#lifecycle.run(callback, () => this._count())
  }

  /** The ids of all live sessions. */
  ids(callback: Callback<string[]>): void
  ids(): Promise<string[]>
  ids(callback?: Callback<string[]>): Promise<string[]> | void {
    return this.#lifecycle.run(callback, async () => {
      const ids: string[] = []
      for await (const { sid } of this._entries()) ids.push(sid)
      return ids
    })
  }

  /** Live sessions with their ids, never all in memory. Sessions that cannot be decoded are left out, with one warning. */
  async *entries(): AsyncGenerator<[sid: string, session: SessionData], void, void> {
    await this.#lifecycle.ready()
    yield* whileOpen(this.#live(), this.#lifecycle.work, () => this.#lifecycle.closed)
  }

  /** Remove every session of this store. */
  override clear(callback: Callback): void
  override clear(): Promise<void>
  override clear(callback?: Callback): Promise<void> | void {
    return this.#lifecycle.run(callback, () => this._clear())
  }

  /** Delete expired sessions, batch by batch. Returns how many there were. */
  prune(callback: Callback<number>): void
  prune(): Promise<number>
  prune(callback?: Callback<number>): Promise<number> | void {
    const batch = async (limit: number) => (await this._prune?.(limit)) ?? 0
    return this.#lifecycle.run(callback, () => pruneInBatches(batch, () => this.#lifecycle.closed))
  }

  /**
   * Stop the timer, wait for calls under way (at most 3 seconds), and release the backend. Later calls fail with
   * `ERR_SESSION_STORE_CLOSED`. A second `close` is not an error.
   */
  close(callback: Callback): void
  close(): Promise<void>
  close(callback?: Callback): Promise<void> | void {
    return this.#lifecycle.close(callback)
  }

  /** Encodes at once: changes after the call are not written. */
  #store<T>(
    sid: string,
    session: StoredData,
    callback: Callback<T> | undefined,
    write: (data: string, ttl: number) => Promise<T>,
    lifetime?: number,
  ): Promise<T> | undefined {
    let data: string
    let ttl: number
    try {
      data = encode(this.#codec, session)
      ttl = lifetime ?? lifetimeOf(cookieOf(session), this.#ttl)
      if (Number.isNaN(ttl) || typeof ttl !== 'number')
        throw new TypeError('The option "ttl" must be a number of milliseconds')
    } catch (error) {
      return this.#lifecycle.runOn<T>(sid, callback, () => Promise.reject(error))
    }
    return this.#lifecycle.runOn(sid, callback, () => write(data, ttl))
  }

  async #remove(sid: string): Promise<boolean> {
    return this.#ended(await this._destroy(sid))
  }

  /** If the record that was removed is a redirect, remove its successor too. Returns whether there was a record. */
  async #ended(removed: string | boolean): Promise<boolean> {
    const successor = typeof removed === 'string' ? successorIn(this.#codec, removed) : undefined
    if (successor !== undefined) await this.#remove(successor)
    return Boolean(removed)
  }

  async #save(sid: string, session: StoredData, data: string, ttl: number): Promise<void> {
    const loaded = loadedOf(session)
    if (ttl <= 0) await this.#remove(sid)
    else if (loaded?.sid === sid) {
      const result = await this._update(sid, data, ttl, loaded.compare ? loaded.text : undefined)
      if (result === 'missing') throw gone()
      if (result === 'changed') throw changed()
    } else {
      await this._write(sid, data, ttl)
    }
    // Sessions of the middleware have this property from the start. A plain object of a caller is left unchanged.
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
