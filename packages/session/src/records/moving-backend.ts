import type { Backend } from './backend.ts'
import { type HashedIds, isHashedId } from './hashed-ids.ts'
import type { ReadResult, Renewal, StoredEntry, StoredRecord, UpdateResult } from './record.ts'

/** Milliseconds that a copy lives until the session is known to be alive: one whose process was killed is gone by itself. */
const PROVISIONAL_LIFE = 60_000

/** Where a session may be: under its id and under its key, which are the same for what has no other. */
interface Places {
  readonly sid: string
  readonly key: string
}

/**
 * The same for a store in use, whose sessions are stored under their ids or under their keys. With `moves`, one that is found under its
 * id is moved; otherwise new ones are stored under their ids, which processes without hashed ids can find.
 *
 * Sessions move in one direction only: inserted under the key, then removed under the id. So whoever looks under the id first and under
 * the key then does not miss one.
 */
export class MovingBackend implements Backend {
  readonly #backend: Backend
  readonly #ids: HashedIds
  readonly #moves: boolean
  readonly #rewrite: (key: string, data: string, sid: string) => string

  /** `rewrite` gives the text of a record as it is stored under its key. */
  constructor(
    backend: Backend,
    ids: HashedIds,
    moves: boolean,
    rewrite: (key: string, data: string, sid: string) => string,
  ) {
    this.#backend = backend
    this.#ids = ids
    this.#moves = moves
    this.#rewrite = rewrite
  }

  async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const places = await this.#placesOf(sid)
    for (const place of this.#looks(places)) {
      const movable = this.#moves && place !== places.key
      const record = await this.#backend._read(place, movable ? undefined : renewal)
      if (record) return movable ? this.#move(places, record, renewal) : { ...record, place }
    }
    return undefined
  }

  async _readMany(sids: readonly string[], renewal?: Renewal): Promise<readonly ReadResult[]> {
    return sids.map(sid => this._read(sid, renewal))
  }

  async _write(sid: string, data: string, ttl: number): Promise<void> {
    const { first, second } = this.#ordered(await this.#placesOf(sid))
    await this.#backend._write(first, data, ttl)
    if (second !== first) await this.#backend._destroy(second)
  }

  async _insert(sid: string, data: string, ttl: number): Promise<boolean> {
    const { first, second } = this.#ordered(await this.#placesOf(sid))
    if (second !== first && (await this.#backend._read(second))) return false
    return this.#backend._insert!(first, data, ttl)
  }

  async _update(sid: string, data: string, ttl: number, expected?: string): Promise<UpdateResult> {
    for (const place of this.#looks(await this.#placesOf(sid))) {
      const result = await this.#backend._update(place, data, ttl, expected)
      if (result !== 'missing') return result
    }
    return 'missing'
  }

  async _touch(sid: string, ttl: number): Promise<boolean> {
    for (const place of this.#looks(await this.#placesOf(sid))) {
      if (await this.#backend._touch(place, ttl)) return true
    }
    return false
  }

  /** Under the id first: who moves it then finds nothing, and removes the copy. */
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
  ): Promise<string | boolean> {
    const from = await this.#placesOf(old)
    const { first } = this.#ordered(await this.#placesOf(sid))
    const removed = await this.#backend._exchange(from.sid, first, data, ttl, true)
    return removed || this.#backend._exchange(from.key, first, data, ttl, required)
  }

  async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    for await (const entry of this.#backend._entries()) {
      yield { ...entry, sid: this.#ids.keyOf(entry.sid), place: entry.sid }
    }
  }

  /** Where new sessions are stored comes first. */
  #ordered({ sid, key }: Places): { first: string; second: string } {
    return this.#moves ? { first: key, second: sid } : { first: sid, second: key }
  }

  /** In this order. The last look is for a session that another process has moved between the first two. */
  #looks({ sid, key }: Places): string[] {
    if (sid === key) return [key]
    return this.#moves ? [key, sid, key] : [sid, key]
  }

  /** From the key in a listing nobody can tell the id: it is looked for among those that have not moved. */
  async #placesOf(sid: string): Promise<Places> {
    if (!isHashedId(sid)) return { sid, key: this.#ids.keyOf(sid) }
    if (await this.#backend._read(sid)) return { sid, key: sid }
    for await (const entry of this.#backend._entries()) {
      if (this.#ids.keyOf(entry.sid) === sid) return { sid: entry.sid, key: sid }
    }
    return { sid, key: sid }
  }

  async #move(
    { sid, key }: Places,
    record: StoredRecord,
    renewal: Renewal | undefined,
  ): Promise<StoredRecord | undefined> {
    const copy = this.#rewrite(key, record.data, sid)
    if (!(await this.#backend._insert!(key, copy, Math.min(record.ttl, PROVISIONAL_LIFE)))) {
      return this.#backend._read(key, renewal)
    }
    const removed = await this.#backend._destroy(sid)
    if (removed === false) {
      // It has ended meanwhile.
      await this.#backend._destroy(key)
      return undefined
    }
    // What was removed may be newer than what was read.
    const data = removed === true || removed === record.data ? copy : this.#rewrite(key, removed, sid)
    const renewed = renewal !== undefined && data.startsWith(renewal.prefix)
    const result = await this.#backend._update(key, data, renewed ? renewal.ttl : record.ttl, copy)
    return result === 'updated' ? { data, ttl: record.ttl, renewed } : this.#backend._read(key, renewal)
  }
}
