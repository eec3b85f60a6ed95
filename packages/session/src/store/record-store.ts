import type { Callback } from '../calls/call-method.ts'
import { declareCombined } from '../calls/combined-operation.ts'
import { type DestroyAllOptions, type OwnedSession, OwnedSessions } from '../owners/owned-sessions.ts'
import { type Owner, ownerReader } from '../owners/owner.ts'
import type { Backend } from '../records/backend.ts'
import { BatchedReads } from '../records/batched-reads.ts'
import { sealingOf } from '../records/check-options.ts'
import { DAY } from '../records/lifetime.ts'
import { type ExchangeOptions, type Reencrypted, type SetOptions, setArguments } from '../records/record.ts'
import type { GetOptions } from '../records/renewal.ts'
import type { Codec } from '../session/codec.ts'
import type { SessionData } from '../session/session.ts'
import { decodable, whileOpen } from './entries.ts'
import { Lifecycle } from './lifecycle.ts'
import { pruneInBatches } from './prune-timer.ts'
import { RecordHooks } from './record-hooks.ts'
import { checkOptions, type RecordStoreOptions } from './record-store-options.ts'
import { type Encoded, SessionRecords } from './session-records.ts'
import type { StoredData } from './store.ts'
import { type SessionChange, type StoredSession, updateRecord } from './update-record.ts'

/**
 * The base class of a store. A backend implements the hooks of {@link RecordHooks}. This class does everything else: lifetimes,
 * encoding, callbacks and promises, opening on first use, deleting expired sessions.
 *
 * Each public method takes a callback, which is called once and never before the method has returned, or returns a promise.
 */
export abstract class RecordStore extends RecordHooks {
  readonly #records: SessionRecords
  readonly #lifecycle: Lifecycle
  readonly #reads: BatchedReads | undefined
  readonly #owned: OwnedSessions

  /** Finds the owner of a session. Missing without the option `owner`. */
  readonly ownerOf: ((session: object) => string | undefined) | undefined

  constructor(options: RecordStoreOptions = {}) {
    super()
    const { ttl = DAY, pruneInterval = 15 * 60_000, codec = JSON, hashIds, encryption, owner } = options
    checkOptions(ttl, pruneInterval, codec)
    const sealing = sealingOf(hashIds, encryption)
    this.ownerOf = ownerReader(owner)
    this.#records = new SessionRecords(this as unknown as Backend, codec, ttl, sealing, this.ownerOf)
    this.#lifecycle = new Lifecycle({
      open: () => this._open(),
      close: () => this._close(),
      prune: () => this.prune(),
      pruneInterval: () => this._prune && pruneInterval,
    })
    this.#owned = new OwnedSessions(this.#records)
    if (this._readMany) {
      const { backend } = this.#records
      const several = backend._readMany!.bind(backend)
      this.#reads = new BatchedReads({ one: backend._read.bind(backend), several })
    }
    // Callers rely on an atomic `insert`. If the backend cannot do that, the store has no such method.
    if (!this._insert && this.insert === RecordStore.prototype.insert)
      Object.assign(this, { insert: undefined })
  }

  /** Turns sessions into text and back. */
  get codec(): Codec {
    return this.#records.codec
  }

  /** The default lifetime in milliseconds. */
  get ttl(): number {
    return this.#records.ttl
  }

  /** The key of this id in listings: its hash with the option `hashIds`, otherwise the id itself. */
  keyOf(sid: string): string {
    return this.#records.keyOf(sid)
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
    // A key of a listing is not an id: a cookie with it must find nothing.
    const read = () =>
      this.#records.isKey(sid) ? Promise.resolve(undefined) : this.#get(sid, options?.renew)
    return this.#lifecycle.runOn(sid, callback, read)
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
    return this.#store(sid, session, done, encoded => this.#records.save(sid, session, encoded), ttl)
  }

  /**
   * Insert the session in one atomic step, unless `sid` has a live session or this one has expired. Returns whether it was inserted.
   * Fails as `set` does. A store whose backend has no `_insert` has no `insert`.
   */
  insert(sid: string, session: StoredData, callback: Callback<boolean>): void
  insert(sid: string, session: StoredData): Promise<boolean>
  insert(sid: string, session: StoredData, callback?: Callback<boolean>): Promise<boolean> | void {
    return this.#store(sid, session, callback, encoded => this.#records.insert(sid, session, encoded))
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
    return this.#store(sid, session, done, async encoded => {
      if (typeof old !== 'string') throw new TypeError('The session id must be a string')
      if (old === sid) throw new TypeError('exchange() needs two different session ids')
      return this.#records.exchange(old, sid, session, encoded, required)
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
    const read = (id: string) => this.#get(id)
    return this.#lifecycle.runOn(sid, callback, () => updateRecord(this.#records, read, sid, change))
  }

  /** Move the expiry to that of `session.cookie`. Returns whether the session was there. A missing one is not an error. */
  override touch(sid: string, session: StoredData, callback: Callback<boolean>): void
  override touch(sid: string, session: StoredData): Promise<boolean>
  override touch(sid: string, session: StoredData, callback?: Callback<boolean>): Promise<boolean> | void {
    return this.#lifecycle.runOn(sid, callback, async () => {
      const ttl = this.#records.lifetimeOf(session)
      return ttl > 0 ? this.#records.backend._touch(sid, ttl) : this.#records.expire(sid)
    })
  }

  /** Remove the session. Returns whether it was there. A missing one is not an error. */
  override destroy(sid: string, callback: Callback<boolean>): void
  override destroy(sid: string): Promise<boolean>
  override destroy(sid: string, callback?: Callback<boolean>): Promise<boolean> | void {
    return this.#lifecycle.runOn(sid, callback, () => this.#records.remove(sid))
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
      for await (const { sid } of this.#records.backend._entries()) ids.push(sid)
      return ids
    })
  }

  /** Live sessions with their ids, never all in memory. Sessions that cannot be decoded are left out, with one warning. */
  async *entries(): AsyncGenerator<[sid: string, session: SessionData], void, void> {
    await this.#lifecycle.ready()
    yield* whileOpen(this.#live(), this.#lifecycle.work, () => this.#lifecycle.closed)
  }

  /** The live sessions of an owner, newest first. Needs the option `owner`. */
  async *sessionsOf(owner: Owner): AsyncGenerator<OwnedSession, void, void> {
    yield* await this.#lifecycle.run(undefined, () => this.#owned.list(owner))!
  }

  /** How many live sessions the owner has. Needs the option `owner`. */
  async countOf(owner: Owner): Promise<number> {
    return (await this.#lifecycle.run(undefined, () => this.#owned.list(owner))!).length
  }

  /**
   * Destroy every session that the owner had when the call began, even if it gets another id meanwhile. A request that has read one before
   * cannot save it any more. Returns how many were destroyed. Needs the option `owner`.
   */
  async destroyAllOf(owner: Owner, options: DestroyAllOptions = {}): Promise<number> {
    return this.#lifecycle.run(undefined, () => this.#owned.destroyAll(owner, options))!
  }

  /** Encrypt every live session with the first key, while an app may use the sessions. Yields what was done with each. */
  async *reencrypt(): AsyncGenerator<Reencrypted, void, void> {
    const steps = this.#records.reencrypt()
    await this.#lifecycle.ready()
    yield* whileOpen(steps, this.#lifecycle.work, () => this.#lifecycle.closed)
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
    write: (encoded: Encoded) => Promise<T>,
    lifetime?: number,
  ): Promise<T> | undefined {
    let encoded: Encoded
    try {
      encoded = this.#records.encode(sid, session, lifetime)
    } catch (error) {
      return this.#lifecycle.runOn<T>(sid, callback, () => Promise.reject(error))
    }
    return this.#lifecycle.runOn(sid, callback, () => write(encoded))
  }

  async #get(sid: string, renew?: number | null): Promise<SessionData | undefined> {
    const renewal = this.#records.renewalOf(renew)
    const record = await (this.#reads
      ? this.#reads.read(sid, renewal)
      : this.#records.backend._read(sid, renewal))
    return record && this.#records.read(sid, record)
  }

  #live(): AsyncGenerator<[string, SessionData], void, void> {
    return decodable(this.#records.backend._entries(), entry => this.#records.decode(entry.sid, entry))
  }
}

declareCombined(RecordStore.prototype, 'get', ['touch'])
declareCombined(RecordStore.prototype, 'exchange', ['destroy', 'set', 'regenerate'])
