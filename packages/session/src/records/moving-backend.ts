import { backoff } from '../calls/backoff.ts'
import { sleep } from '../calls/timers.ts'
import { randomId } from '../session/session-id.ts'
import type { Backend } from './backend.ts'
import type { HashedIds } from './hashed-ids.ts'
import { isHashedId } from './id-forms.ts'
import type { ReadResult, Renewal, StoredEntry, StoredRecord, UpdateResult } from './record.ts'

const LOCK = 'coatcheck.moving.'
/** Milliseconds after which the lock of a killed process expires. */
const LOCK_LIFE = 60_000

/** How often a read is tried while another process moves the session. */
const ATTEMPTS = 20

/** Where a session may be: under its id or under its key. Both are the same if only the key is known. */
interface Places {
  readonly sid: string
  readonly key: string
}

/**
 * The same for a store in use, whose sessions are stored under their ids or under their keys. With `moves`, a session that is found under
 * its id is moved to its key. Otherwise new sessions are stored under their ids, so that processes without hashed ids find them.
 *
 * Sessions move in one direction only, and there is a lock under the key while a session moves. So a call that looks first under the id
 * and then under the key finds every session.
 */
export class MovingBackend implements Backend {
  readonly #backend: Backend
  readonly #ids: HashedIds
  readonly #moves: boolean
  readonly #rewrite: (key: string, data: string, sid: string) => string
  readonly #ownerIn: (sid: string, data: string) => string | undefined

  /** `rewrite` returns the text of a record in the form for its key. `ownerIn` returns the owner of the session in a record. */
  constructor(
    backend: Backend,
    ids: HashedIds,
    moves: boolean,
    rewrite: (key: string, data: string, sid: string) => string,
    ownerIn: (sid: string, data: string) => string | undefined,
  ) {
    this.#backend = backend
    this.#ids = ids
    this.#moves = moves
    this.#rewrite = rewrite
    this.#ownerIn = ownerIn
  }

  async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const places = await this.#placesOf(sid)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await this.#find(places, renewal)
      if (found !== 'moving') return found
      const delay = backoff(attempt)
      if (delay > 0) await sleep(delay)
    }
    return undefined
  }

  async _readMany(sids: readonly string[], renewal?: Renewal): Promise<readonly ReadResult[]> {
    return sids.map(sid => this._read(sid, renewal))
  }

  async _write(sid: string, data: string, ttl: number, owner?: string): Promise<void> {
    const { first, second } = this.#ordered(await this.#placesOf(sid))
    await this.#backend._write(first, data, ttl, owner)
    if (second !== first) await this.#backend._destroy(second)
  }

  async _insert(sid: string, data: string, ttl: number, owner?: string): Promise<boolean> {
    const { first, second } = this.#ordered(await this.#placesOf(sid))
    if (second !== first && (await this.#backend._read(second))) return false
    return this.#backend._insert!(first, data, ttl, owner)
  }

  async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
    owner?: string,
  ): Promise<UpdateResult> {
    const places = await this.#placesOf(sid)
    const result = await this.#backend._update(places.sid, data, ttl, expected, owner)
    if (result !== 'missing' || places.key === places.sid) return result
    const moved = this.#moves ? data : this.#rewrite(places.key, data, sid)
    return this.#backend._update(places.key, moved, ttl, expected, owner)
  }

  async _touch(sid: string, ttl: number): Promise<boolean> {
    const places = await this.#placesOf(sid)
    if (await this.#backend._touch(places.sid, ttl)) return true
    const record = await this.#backend._read(places.key)
    // The process that moves the session sets its lifetime.
    if (!record || isLock(record.data)) return record !== undefined
    return this.#backend._touch(places.key, ttl)
  }

  /** Removes the id first. A process that moves the session then finds nothing to remove, or no lock. */
  async _destroy(sid: string): Promise<string | boolean> {
    const places = await this.#placesOf(sid)
    const here = await this.#backend._destroy(places.sid)
    const there = places.key !== places.sid && (await this.#backend._destroy(places.key))
    return here || there
  }

  async _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
    owner?: string,
  ): Promise<string | boolean> {
    const from = await this.#placesOf(old)
    const { first } = this.#ordered(await this.#placesOf(sid))
    const removed = await this.#backend._exchange(from.sid, first, data, ttl, true, owner)
    return removed || this.#backend._exchange(from.key, first, data, ttl, required, owner)
  }

  async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    for await (const entry of this.#backend._entries()) {
      if (!isLock(entry.data)) yield { ...entry, sid: this.#ids.keyOf(entry.sid), place: entry.sid }
    }
  }

  async _owned(owner: string): Promise<readonly StoredEntry[]> {
    const entries = await this.#backend._owned!(owner)
    const sessions = entries.filter(({ data }) => !isLock(data))
    return sessions.map(entry => ({ ...entry, sid: this.#ids.keyOf(entry.sid), place: entry.sid }))
  }

  /** The place of new sessions comes first. */
  #ordered({ sid, key }: Places): { first: string; second: string } {
    return this.#moves ? { first: key, second: sid } : { first: sid, second: key }
  }

  /** The places for a read, in order. The last one is for a session that another process has moved between the first two. */
  #looks({ sid, key }: Places): string[] {
    if (sid === key) return [key]
    return this.#moves ? [key, sid, key] : [sid, key]
  }

  /** The id cannot be computed from the key of a listing, so it is searched among the sessions that have not moved. */
  async #placesOf(sid: string): Promise<Places> {
    if (!isHashedId(sid)) return { sid, key: this.#ids.keyOf(sid) }
    const record = await this.#backend._read(sid)
    if (record && !isLock(record.data)) return { sid, key: sid }
    for await (const entry of this.#backend._entries()) {
      if (this.#ids.keyOf(entry.sid) === sid) return { sid: entry.sid, key: sid }
    }
    return { sid, key: sid }
  }

  async #find(places: Places, renewal: Renewal | undefined): Promise<StoredRecord | undefined | 'moving'> {
    let isLocked = false
    for (const place of this.#looks(places)) {
      const moves = this.#moves && place !== places.key
      const record = await this.#backend._read(place, moves ? undefined : renewal)
      if (record && isLock(record.data)) isLocked = true
      else if (record) return moves && !isLocked ? this.#move(places, record, renewal) : { ...record, place }
    }
    return isLocked ? 'moving' : undefined
  }

  /**
   * Lock the key, remove the session under its id, and store what was removed under the key. Until it is removed, it stays under its id. If
   * there was nothing to remove, it has ended, or another process has moved it.
   */
  async #move(
    { sid, key }: Places,
    record: StoredRecord,
    renewal?: Renewal,
  ): Promise<StoredRecord | 'moving'> {
    const text = this.#rewrite(key, record.data, sid)
    const lock = newLock()
    if (!(await this.#backend._insert!(key, lock, LOCK_LIFE))) return 'moving'
    const removed = await this.#backend._destroy(sid)
    if (removed === false) {
      // Removes the lock, but not a record that has replaced it.
      await this.#backend._update(key, lock, 1, lock)
      return 'moving'
    }
    const isNewer = removed !== true && removed !== record.data
    const data = isNewer ? this.#rewrite(key, removed, sid) : text
    const renewed = renewal !== undefined && data.startsWith(renewal.prefix)
    const owner = this.#ownerIn(key, data)
    const result = await this.#backend._update(key, data, renewed ? renewal.ttl : record.ttl, lock, owner)
    return result === 'updated' ? { data, ttl: record.ttl, renewed } : 'moving'
  }
}

/** The record under a key while its session is moved. */
function newLock(): string {
  return `"${LOCK}${randomId()}"`
}

function isLock(data: string): boolean {
  return data.startsWith(`"${LOCK}`)
}
