import { changed, gone } from '../errors.ts'
import { publishCorrupt, publishExpired } from '../events/publish.ts'
import { noOwners } from '../owners/owned-sessions.ts'
import { type OwnerOf, ownerText } from '../owners/owner.ts'
import type { Backend } from '../records/backend.ts'
import { cookieOf, lifetimeOf, showExpiry } from '../records/lifetime.ts'
import type { Reencrypted, Renewal, StoredRecord, UpdateResult } from '../records/record.ts'
import { hideSuccessor, redirectOf, showSuccessor, successorIn } from '../records/redirect-record.ts'
import { renewalOf } from '../records/renewal.ts'
import type { Sealing } from '../records/sealing.ts'
import { type Codec, decode, encode } from '../session/codec.ts'
import { capLifetime, hasEnded } from '../session/lifespan.ts'
import { LOADED, type Loaded, loadedOf, noteLoaded, noteRead } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'
import type { StoredData } from './store.ts'

/** A session in the form for a backend. */
export interface Encoded {
  readonly text: string
  /** What is stored for the text. */
  readonly data: string
  readonly ttl: number
  /** What the index has for its owner; `undefined` if it has none, or the store has no owners. */
  readonly owner: string | undefined
}

/** Converts sessions to records of a backend, and back. */
export class SessionRecords {
  readonly codec: Codec
  /** The default lifetime in milliseconds. */
  readonly ttl: number
  /** The hooks. If ids are hashed, the hooks are given the hashes. */
  readonly backend: Backend
  readonly #sealing: Sealing | undefined
  readonly #ownerOf: OwnerOf | undefined

  constructor(
    hooks: Backend,
    codec: Codec,
    ttl: number,
    sealing: Sealing | undefined,
    ownerOf: OwnerOf | undefined,
  ) {
    this.codec = codec
    this.ttl = ttl
    if (ownerOf && !hooks._owned) throw noOwners('The option "owner" needs a store with the hook _owned')
    this.#ownerOf = ownerOf
    this.#sealing = sealing
    this.backend = sealing ? sealing.over(hooks, (sid, data) => this.#ownerIn(sid, data)) : hooks
  }

  /** Whether this is a key of a listing instead of an id. */
  isKey(sid: string): boolean {
    return this.#sealing ? this.#sealing.isKey(sid) : false
  }

  keyOf(sid: string): string {
    return this.#sealing?.ids ? this.#sealing.ids.keyOf(sid) : sid
  }

  /** The id to which this record redirects, if it is a redirect; its key if only the key of the record is known. */
  successorOf(sid: string, session: object): string | undefined {
    const redirect = redirectOf(session)
    return redirect && ((this.isKey(sid) ? redirect.key : undefined) ?? redirect.to)
  }

  /** Encrypt each session with the current key. Throws a TypeError if the option `encryption` is not set. */
  reencrypt(): AsyncGenerator<Reencrypted, void, void> {
    if (!this.#sealing) throw new TypeError('reencrypt() needs the option "encryption"')
    return this.#sealing.reencrypt(this.backend)
  }

  /** The touch that a read makes, in the form for the backend. */
  renewalOf(renew: unknown): Renewal | undefined {
    const renewal = this.codec === JSON ? renewalOf(renew, this.ttl) : undefined
    return this.#sealing ? this.#sealing.renewal(renewal) : renewal
  }

  /** Whether the store has the option `owner`. */
  get keepsOwners(): boolean {
    return this.#ownerOf !== undefined
  }

  /** The owner of a session. */
  ownerOf(session: StoredData): string | undefined {
    return this.#ownerOf?.(session)
  }

  /** What the index may have for this owner. Processes with another setting of `hashIds.plain` write it in another form. */
  ownerForms(owner: unknown): readonly string[] {
    const text = ownerText(owner)
    if (text === undefined) throw new TypeError('The owner must be a text that is not empty, or a number')
    return this.#sealing ? this.#sealing.ownerForms(text) : [text]
  }

  /** A session in the form for the backend. `ttl` is its lifetime, if that is not the one of its cookie. */
  encode(sid: string, session: StoredData, ttl?: number): Encoded {
    const text = this.#textOf(sid, session)
    const data = this.seal(sid, text, session)
    return { text, data, ttl: this.lifetimeOf(session, ttl), owner: this.#indexed(session) }
  }

  #indexed(session: StoredData): string | undefined {
    const owner = this.#ownerOf?.(session)
    return owner === undefined || !this.#sealing ? owner : this.#sealing.ownerForms(owner)[0]
  }

  #ownerIn(sid: string, data: string): string | undefined {
    return this.#ownerOf && this.#indexed(this.decode(sid, { data, ttl: 0 }))
  }

  #textOf(sid: string, session: StoredData): string {
    const sealing = this.#sealing
    const shown = sealing?.ids && sealing.hidesIds ? hideSuccessor(sealing.ids, sid, session) : session
    return encode(this.codec, shown)
  }

  /** What is stored for the text. A session that was read and has not changed keeps its encrypted text. */
  seal(sid: string, text: string, session?: StoredData): string {
    if (!this.#sealing) return text
    const loaded = session && loadedOf(session)
    return this.#sealing.seal(
      sid,
      text,
      loaded?.sid === sid && loaded.text === text ? loaded.stored : undefined,
    )
  }

  /** The lifetime of a session in milliseconds: `given`, or that of its cookie, and never more than the session has left. */
  lifetimeOf(session: StoredData, given?: number): number {
    const ttl = given ?? lifetimeOf(cookieOf(session), this.ttl)
    if (typeof ttl === 'number' && !Number.isNaN(ttl)) return capLifetime(session, ttl)
    throw new TypeError('The option "ttl" must be a number of milliseconds')
  }

  /** The session in a record. Throws `ERR_SESSION_CORRUPT`. */
  decode(sid: string, { data, ttl, renewed = false, place }: StoredRecord): SessionData {
    const text = this.#sealing ? this.#sealing.open(sid, data, place) : data
    const session = decode(this.codec, text)
    if (this.#sealing?.ids) showSuccessor(this.#sealing.ids, sid, session)
    showExpiry(session, ttl)
    this.#note(session, sid, text, data, ttl, true)
    if (this.codec === JSON) noteRead(session, { text, renewed })
    return session as unknown as SessionData
  }

  /** The same for the session that a caller has asked for. `undefined` if it is too old, and other middleware has touched it. */
  read(sid: string, record: StoredRecord): SessionData | undefined {
    try {
      const session = this.decode(sid, record)
      return hasEnded(session) ? undefined : session
    } catch (error) {
      publishCorrupt(sid)
      throw error
    }
  }

  /** Sessions of the middleware have this property from the start. A plain object of a caller is left unchanged. */
  #noteStored(session: object, sid: string, text: string, data: string, ttl: number, compare = true): void {
    if (LOADED in session) this.#note(session, sid, text, data, ttl, compare)
  }

  async save(sid: string, session: StoredData, { text, data, ttl, owner }: Encoded): Promise<void> {
    const loaded = loadedOf(session)
    if (ttl <= 0) await this.expire(sid)
    else if (loaded?.sid === sid) {
      const expected = loaded.compare ? (loaded.stored ?? loaded.text) : undefined
      const result = await this.backend._update(sid, data, ttl, expected, owner)
      if (result === 'missing') throw gone()
      if (result === 'changed') throw changed()
    } else {
      await this.backend._write(sid, data, ttl, owner)
    }
    this.#noteStored(session, sid, text, data, ttl, loaded?.compare)
  }

  /** Insert a session, unless there is one. Returns whether it was inserted. */
  async insert(sid: string, session: StoredData, { text, data, ttl, owner }: Encoded): Promise<boolean> {
    if (ttl <= 0 || !(await this.backend._insert?.(sid, data, ttl, owner))) return false
    this.#noteStored(session, sid, text, data, ttl)
    return true
  }

  /** Remove the record of `old` and store a session. Returns whether there was one. */
  async exchange(
    old: string,
    sid: string,
    session: StoredData,
    { text, data, ttl, owner }: Encoded,
    required: boolean,
  ): Promise<boolean> {
    if (ttl <= 0) return this.remove(old)
    const removed = await this.backend._exchange(old, sid, data, ttl, required, owner)
    const there = Boolean(removed) && (await this.#endSuccessor(old, removed)) !== false
    if (there || !required) this.#noteStored(session, sid, text, data, ttl)
    // The old record has redirected to a session that has ended: that one must not live on.
    else if (removed) await this.backend._destroy(sid)
    return there
  }

  /** Replace the session if the store still has the text of `loaded`. */
  replace(
    sid: string,
    session: object,
    ttl: number,
    { stored, text: before }: Loaded,
  ): Promise<UpdateResult> {
    const data = this.seal(sid, encode(this.codec, session))
    return this.backend._update(sid, data, ttl, stored ?? before, this.#indexed(session))
  }

  /** Remove a record. Returns whether there was one. */
  async remove(sid: string): Promise<boolean> {
    return this.ended(sid, await this.backend._destroy(sid))
  }

  /** Remove a record whose expiry has passed. Returns whether there was one. */
  async expire(sid: string): Promise<boolean> {
    const there = await this.remove(sid)
    if (there) publishExpired(1, sid)
    return there
  }

  /** If the record that was removed is a redirect, remove its successor too. Returns whether there was a record. */
  async ended(sid: string, removed: string | boolean): Promise<boolean> {
    await this.#endSuccessor(sid, removed)
    return Boolean(removed)
  }

  /** Whether there was a successor; `undefined` if the record is no redirect. */
  async #endSuccessor(sid: string, removed: string | boolean): Promise<boolean | undefined> {
    const successor = typeof removed === 'string' ? this.#successorIn(sid, removed) : undefined
    return successor === undefined ? undefined : this.remove(successor)
  }

  #successorIn(sid: string, removed: string): string | undefined {
    if (!this.#sealing) return successorIn(this.codec, removed)
    try {
      return successorIn(this.codec, this.#sealing.open(sid, removed))
    } catch {
      // A text that cannot be decrypted is not a redirect.
      return undefined
    }
  }

  #note(session: object, sid: string, text: string, data: string, ttl: number, compare: boolean): void {
    noteLoaded(
      session,
      this.#sealing ? { sid, text, ttl, compare, stored: data } : { sid, text, ttl, compare },
    )
  }
}
