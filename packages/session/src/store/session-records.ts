import { changed, gone } from '../errors.ts'
import { publishCorrupt, publishExpired } from '../events/publish.ts'
import type { Backend } from '../records/backend.ts'
import { cookieOf, lifetimeOf, showExpiry } from '../records/lifetime.ts'
import type { Reencrypted, Renewal, StoredRecord, UpdateResult } from '../records/record.ts'
import type { Sealing } from '../records/sealing.ts'
import { type Codec, decode, encode } from '../session/codec.ts'
import { capLifetime, hasEnded } from '../session/lifespan.ts'
import { LOADED, type Loaded, loadedOf, noteLoaded, noteRead } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'
import { hideSuccessor, showSuccessor, successorIn } from './redirect-record.ts'
import { renewalOf } from './renewal.ts'
import type { StoredData } from './store.ts'

/** Converts sessions to records of a backend, and back. */
export class SessionRecords {
  readonly codec: Codec
  /** The default lifetime in milliseconds. */
  readonly ttl: number
  /** The hooks. If ids are hashed, the hooks are given the hashes. */
  readonly backend: Backend
  readonly #sealing: Sealing | undefined

  constructor(hooks: Backend, codec: Codec, ttl: number, sealing: Sealing | undefined) {
    this.codec = codec
    this.ttl = ttl
    this.backend = sealing ? sealing.over(hooks) : hooks
    this.#sealing = sealing
  }

  /** Whether this is a key of a listing instead of an id. */
  isKey(sid: string): boolean {
    return this.#sealing ? this.#sealing.isKey(sid) : false
  }

  keyOf(sid: string): string {
    return this.#sealing?.ids ? this.#sealing.ids.keyOf(sid) : sid
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

  /** The text of a session. */
  encode(sid: string, session: StoredData): string {
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
  noteStored(session: object, sid: string, text: string, data: string, ttl: number, compare = true): void {
    if (LOADED in session) this.#note(session, sid, text, data, ttl, compare)
  }

  /** Store a session that was encoded as `text`. `data` is the stored form. */
  async save(sid: string, session: StoredData, data: string, ttl: number, text: string): Promise<void> {
    const loaded = loadedOf(session)
    if (ttl <= 0) await this.expire(sid)
    else if (loaded?.sid === sid) {
      const expected = loaded.compare ? (loaded.stored ?? loaded.text) : undefined
      const result = await this.backend._update(sid, data, ttl, expected)
      if (result === 'missing') throw gone()
      if (result === 'changed') throw changed()
    } else {
      await this.backend._write(sid, data, ttl)
    }
    this.noteStored(session, sid, text, data, ttl, loaded?.compare)
  }

  /** Replace the text if the store still has the text of `loaded`. */
  replace(sid: string, text: string, ttl: number, { stored, text: before }: Loaded): Promise<UpdateResult> {
    return this.backend._update(sid, this.seal(sid, text), ttl, stored ?? before)
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
    const successor = typeof removed === 'string' ? this.#successorIn(sid, removed) : undefined
    if (successor !== undefined) await this.remove(successor)
    return Boolean(removed)
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
