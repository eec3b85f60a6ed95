import { deliver, started } from '../calls/answer.ts'
import { callStore, offers } from '../calls/any-store.ts'
import type { Callback } from '../calls/call-method.ts'
import { changed, gone, hasCode, SessionError } from '../errors.ts'
import { lifetimeOf } from '../records/lifetime.ts'
import { redirectOf } from '../records/redirect-record.ts'
import { type Loaded, loadedOf, noteLoaded } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'
import type { RecordStore } from '../store/record-store.ts'
import { Store } from '../store/store.ts'
import type { SessionChange, StoredSession } from '../store/update-record.ts'
import { forwardConnection } from './connection.ts'
import { Copier } from './copier.ts'
import { isProvisional, stored } from './copy.ts'
import { entriesOfBoth } from './entries-of-both.ts'

/** What every session store has, with callbacks or promises. */
export interface AnyStore {
  get(...args: never[]): unknown
  set(...args: never[]): unknown
  destroy(...args: never[]): unknown
}

/** Options of {@link migratingStore}. */
export interface MigratingStoreOptions {
  /** The store that has the sessions: any connect-style store. */
  from: AnyStore
  /** The store that they move to: one that extends `RecordStore`. Give it the `ttl` of the old one. */
  to: RecordStore
  /**
   * Whether everything was copied: the old store is not read any more, but still gets writes and logouts. Use it for the last step, in
   * which some processes already use the new store alone. Default `false`.
   */
  complete?: boolean | undefined
}

/** How often a read is tried while other requests change the session. */
const ATTEMPTS = 20

/**
 * Two stores as one, to move from the first to the second without a logout. Reads use `to`, and copy a session that is not there
 * yet. Writes and logouts go to both stores, so that you can go back. See {@link migratingStore}.
 */
export class MigratingStore extends Store {
  readonly #from: AnyStore
  readonly #to: RecordStore
  readonly #copier: Copier
  readonly #complete: boolean

  constructor({ from, to, complete = false }: MigratingStoreOptions) {
    super()
    for (const [name, store] of Object.entries({ from, to })) {
      if (!store || !['get', 'set', 'destroy'].every(method => offers(store, method))) {
        throw new TypeError(`The option "${name}" must be a session store`)
      }
    }
    if (!offers(to, 'entries') || typeof to.ttl !== 'number') {
      throw new TypeError('The option "to" must be a store that extends RecordStore')
    }
    this.#from = from
    this.#to = to
    this.#copier = new Copier(from, to)
    this.#complete = complete
    forwardConnection([from, to], this)
  }

  /** The default lifetime in milliseconds: that of the new store. */
  get ttl(): number {
    return this.#to.ttl
  }

  /** The session, copied if only the old store had it; `undefined` when there is none, or when it was destroyed or has expired. */
  override get(sid: string, callback: Callback<SessionData | undefined>): void
  override get(sid: string): Promise<SessionData | undefined>
  override get(
    sid: string,
    callback?: Callback<SessionData | undefined>,
  ): Promise<SessionData | undefined> | void {
    return deliver(
      started(() => this.#read(sid)),
      callback,
    )
  }

  /** Write the session to the new store, as its `set` does, then to the old one. Both have to be available. */
  override set(sid: string, session: SessionData, callback: Callback): void
  override set(sid: string, session: SessionData): Promise<void>
  override set(sid: string, session: SessionData, callback?: Callback): Promise<void> | void {
    return deliver(
      started(() => this.#write(sid, session)),
      callback,
    )
  }

  /** Change a session outside of a request: in the new store, as its `update` does, then in the old one. */
  update(sid: string, change: SessionChange, callback: Callback<StoredSession>): void
  update(sid: string, change: SessionChange): Promise<StoredSession>
  update(
    sid: string,
    change: SessionChange,
    callback?: Callback<StoredSession>,
  ): Promise<StoredSession> | void {
    return deliver(
      started(() => this.#update(sid, change)),
      callback,
    )
  }

  /** Move the expiry in both stores. Returns whether the session was there. */
  override touch(sid: string, session: SessionData, callback: Callback<boolean>): void
  override touch(sid: string, session: SessionData): Promise<boolean>
  override touch(sid: string, session: SessionData, callback?: Callback<boolean>): Promise<boolean> | void {
    return deliver(
      started(() => this.#touch(sid, session)),
      callback,
    )
  }

  /** Remove the session from both stores, or fail. Returns whether it was there. */
  override destroy(sid: string, callback: Callback<boolean>): void
  override destroy(sid: string): Promise<boolean>
  override destroy(sid: string, callback?: Callback<boolean>): Promise<boolean> | void {
    return deliver(
      started(() => this.#copier.destroy(sid)),
      callback,
    )
  }

  /** Every live session of both stores by id. */
  override all(callback: Callback<Record<string, SessionData>>): void
  override all(): Promise<Record<string, SessionData>>
  override all(
    callback?: Callback<Record<string, SessionData>>,
  ): Promise<Record<string, SessionData>> | void {
    const work = async () => {
      const sessions: Record<string, SessionData> = Object.create(null)
      for await (const [sid, session] of this.entries()) sessions[sid] = session
      return sessions
    }
    return deliver(started(work), callback)
  }

  /** How many live sessions both stores have together. This reads every session. */
  override length(callback: Callback<number>): void
  override length(): Promise<number>
  override length(callback?: Callback<number>): Promise<number> | void {
    const work = async () => (await this.#ids()).length
    return deliver(started(work), callback)
  }

  /** The ids of the live sessions of both stores. */
  ids(callback: Callback<string[]>): void
  ids(): Promise<string[]>
  ids(callback?: Callback<string[]>): Promise<string[]> | void {
    return deliver(
      started(() => this.#ids()),
      callback,
    )
  }

  /**
   * The live sessions of both stores, those of the old store first. A session that moves meanwhile is listed once. Nothing is copied.
   * Fails when the old store cannot list its sessions.
   */
  async *entries(): AsyncGenerator<[sid: string, session: SessionData], void, void> {
    yield* entriesOfBoth({
      from: this.#complete ? undefined : this.#from,
      to: this.#to,
      copier: this.#copier,
    })
  }

  /** Remove every session of both stores. A request that is writing meanwhile may bring its own session back. */
  override clear(callback: Callback): void
  override clear(): Promise<void>
  override clear(callback?: Callback): Promise<void> | void {
    const work = async () => {
      if (!offers(this.#from, 'clear')) throw new TypeError('The store of the option "from" has no clear()')
      await callStore(this.#from, 'clear')
      await this.#to.clear()
    }
    return deliver(started(work), callback)
  }

  /** Delete the expired sessions of both stores. Returns the greater of the two numbers, because most sessions are in both. */
  prune(callback: Callback<number>): void
  prune(): Promise<number>
  prune(callback?: Callback<number>): Promise<number> | void {
    const work = async () => {
      const before = offers(this.#from, 'prune') ? await callStore<number>(this.#from, 'prune') : 0
      return Math.max(Number(before) || 0, await this.#to.prune())
    }
    return deliver(started(work), callback)
  }

  /** Close both stores. */
  close(callback: Callback): void
  close(): Promise<void>
  close(callback?: Callback): Promise<void> | void {
    const work = async () => {
      const closing = offers(this.#from, 'close') ? callStore(this.#from, 'close') : undefined
      await Promise.all([closing, this.#to.close()])
    }
    return deliver(started(work), callback)
  }

  async #read(sid: string): Promise<SessionData | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await this.#to.get(sid)
      if (found ? !isProvisional(found) : this.#complete) return found
      if (!(await this.#copier.copyOrConfirm(sid, found))) return undefined
    }
    throw new SessionError('ERR_SESSION_CHANGED', 'The session changes faster than it can be read')
  }

  async #write(sid: string, session: SessionData): Promise<void> {
    if (lifetimeOf(session.cookie, this.ttl) <= 0) return void (await this.#copier.destroy(sid))
    const insert = loadedOf(session)?.sid !== sid
    await this.#copier.write(sid, session)
    await this.#mirror(sid, insert)
  }

  async #update(sid: string, change: SessionChange): Promise<StoredSession> {
    for await (const id of this.#names(sid)) if (!(await this.#read(id))) throw gone()
    const session = await this.#to.update(sid, change)
    for await (const id of this.#names(sid)) await this.#mirror(id, false)
    return session
  }

  /** The id of a session, then its successors. */
  async *#names(sid: string): AsyncGenerator<string, void, void> {
    let id = sid
    for (let hops = 0; hops < ATTEMPTS; hops++) {
      yield id
      const session = await this.#to.get(id)
      const redirect = session && redirectOf(session)
      if (!redirect) return
      id = redirect.to
    }
  }

  /**
   * Copy the session from the new store to the old one until it has not changed meanwhile. If `set` of the old store inserts, this may
   * bring back a session that was destroyed meanwhile. Then the session is removed again.
   */
  async #mirror(sid: string, insert: boolean): Promise<void> {
    let mirrored: string | undefined
    for (;;) {
      const current = await this.#to.get(sid)
      if (!current || (isProvisional(current) && (await this.#copier.destroyed(sid)))) {
        return void (await callStore(this.#from, 'destroy', sid))
      }
      // A late copy has overwritten what was written.
      if (isProvisional(current)) throw changed()
      const { text, ttl } = loadedOf(current) as Loaded
      if (text === mirrored) return
      const copy = stored(current, ttl)
      noteLoaded(copy, insert ? undefined : { sid, text, ttl, compare: false })
      await callStore(this.#from, 'set', sid, copy).catch(error => {
        if (!hasCode(error, 'ERR_SESSION_GONE')) throw error
      })
      mirrored = text
    }
  }

  async #touch(sid: string, session: SessionData): Promise<boolean> {
    if (!(await this.#to.touch(sid, session))) {
      if (!(await this.#read(sid)) || !(await this.#to.touch(sid, session))) return false
    }
    if (!offers(this.#from, 'touch')) return true
    try {
      await callStore(this.#from, 'touch', sid, session)
    } catch (error) {
      // Some stores fail when the session is not there.
      if (await callStore(this.#from, 'get', sid)) throw error
    }
    return true
  }

  async #ids(): Promise<string[]> {
    const ids: string[] = []
    for await (const [sid] of this.entries()) ids.push(sid)
    return ids
  }
}

/**
 * A store for a move: `to` takes over from `from`, session by session, while the app runs in any number of processes. Both stores have
 * to be available: a write or a logout that cannot reach both fails. A session that has moved is read from `to` alone. Throws a TypeError
 * when one of them is not a store.
 */
export function migratingStore(options: MigratingStoreOptions): MigratingStore {
  return new MigratingStore(options)
}
