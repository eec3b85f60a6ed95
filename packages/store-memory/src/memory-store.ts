import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type Diagnosing,
  type Finding,
  RecordStore,
  type Renewal,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'
import { diagnose } from './diagnose.ts'
import { checkBounds, type EvictReason, type MemoryStoreOptions } from './memory-store-options.ts'
import { SessionTooLargeError } from './session-too-large-error.ts'
import { Shelf } from './shelf.ts'
import { costOf, pack } from './text.ts'

/** What a store holds, expired sessions that were not removed yet included. */
export interface MemoryUsage {
  /** How many sessions. */
  sessions: number
  /** How many bytes of the heap they take, about. */
  bytes: number
}

/** How many places `entries` and `prune` go through in one turn of the event loop. */
const SLICE = 1000

/** At how many places a write looks for an expired session before it removes one that is alive. */
const LOOK = 100

/** Sessions in the memory of one process, which never hold more than they are allowed: the ones not used for longest have to go. */
export class MemoryStore extends RecordStore implements Diagnosing {
  readonly #max: number
  readonly #maxBytes: number
  readonly #onEvict: MemoryStoreOptions['onEvict']
  #shelf = new Shelf()
  /** The place at which the search for expired sessions goes on. */
  #next = 0
  #warned = false

  constructor({ max, maxBytes, onEvict, ...options }: MemoryStoreOptions = {}) {
    super(options)
    const bounds = checkBounds(max, maxBytes)
    if (onEvict !== undefined && typeof onEvict !== 'function') {
      throw new TypeError('The option "onEvict" must be a function')
    }
    this.#max = bounds.max
    this.#maxBytes = bounds.maxBytes
    this.#onEvict = onEvict
  }

  /** A store of its own, as `new MemoryStore(options)`: for apps that take the URL of their store from a setting. */
  static open(url = 'memory:', options: MemoryStoreOptions = {}): MemoryStore {
    if (url !== 'memory:')
      throw new TypeError('MemoryStore.open needs the URL "memory:", which has no more parts')
    return new MemoryStore(options)
  }

  /** What the store holds now. */
  usage(): MemoryUsage {
    return { sessions: this.#shelf.size(), bytes: this.#shelf.bytes() }
  }

  /** The bounds and how much of them is used: for `coatcheck doctor`. */
  async diagnose(): Promise<Finding[]> {
    return diagnose(this.usage(), this.#max, this.#maxBytes)
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const now = performance.now()
    const place = this.#find(sid, now)
    if (place === undefined) return undefined
    const data = this.#shelf.text(place)
    const ttl = this.#shelf.end(place) - now
    const renewed = renewal !== undefined && data.startsWith(renewal.prefix)
    if (renewed) this.#shelf.move(place, now + renewal.ttl)
    return { data, ttl, renewed }
  }

  protected override async _write(sid: string, data: string, ttl: number): Promise<void> {
    const now = performance.now()
    this.#put(sid, this.#find(sid, now), data, ttl, now)
  }

  protected override async _insert(sid: string, data: string, ttl: number): Promise<boolean> {
    const now = performance.now()
    if (this.#find(sid, now) !== undefined) return false
    this.#put(sid, undefined, data, ttl, now)
    return true
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
  ): Promise<UpdateResult> {
    const now = performance.now()
    const place = this.#find(sid, now)
    if (place === undefined) return 'missing'
    if (expected !== undefined && this.#shelf.text(place) !== expected) return 'changed'
    this.#put(sid, place, data, ttl, now)
    return 'updated'
  }

  protected override async _touch(sid: string, ttl: number): Promise<boolean> {
    const now = performance.now()
    const place = this.#find(sid, now)
    if (place === undefined) return false
    this.#shelf.move(place, now + ttl)
    return true
  }

  protected override async _destroy(sid: string): Promise<boolean> {
    const place = this.#find(sid, performance.now())
    if (place === undefined) return false
    this.#shelf.remove(place)
    return true
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    for (let place = 0; place < this.#shelf.places(); place++) {
      const now = performance.now()
      const sid = this.#shelf.sid(place)
      const ttl = this.#shelf.end(place) - now
      if (sid !== undefined && ttl > 0) yield { sid, data: this.#shelf.text(place), ttl }
      if (place % SLICE === SLICE - 1) await nextTurn()
    }
  }

  protected override async _clear(): Promise<void> {
    this.#shelf = new Shelf()
    this.#next = 0
  }

  protected override async _close(): Promise<void> {
    await this._clear()
  }

  protected override async _count(): Promise<number> {
    return this.#shelf.countAfter(performance.now())
  }

  protected override async _prune(limit: number): Promise<number> {
    let deleted = 0
    for (let left = this.#shelf.places(); left > 0 && deleted < limit; left -= SLICE) {
      deleted += this.#sweep(Math.min(left, SLICE), performance.now(), limit - deleted)
      await nextTurn()
    }
    return deleted
  }

  /** The place of a live session; one that has expired is removed. */
  #find(sid: string, now: number): number | undefined {
    const place = this.#shelf.find(sid)
    if (place === undefined || this.#shelf.end(place) > now) return place
    this.#evict(place, 'expired')
    return undefined
  }

  #put(sid: string, place: number | undefined, data: string, ttl: number, now: number): void {
    const packed = pack(data)
    const cost = costOf(sid, packed)
    if (cost > this.#maxBytes) throw new SessionTooLargeError(cost, this.#maxBytes)
    if (place === undefined) {
      this.#makeRoom(1, cost, now)
      this.#shelf.insert(sid, packed, now + ttl)
    } else {
      this.#makeRoom(0, cost - this.#shelf.cost(place), now)
      this.#shelf.replace(place, packed, now + ttl)
    }
  }

  /** What is written is alive and the last one used: it is not among those that go. */
  #makeRoom(sessions: number, bytes: number, now: number): void {
    for (;;) {
      const bound = this.#boundAt(this.#shelf.size() + sessions, this.#shelf.bytes() + bytes)
      if (!bound) return
      if (this.#sweep(LOOK, now) > 0) continue
      const oldest = this.#shelf.oldest() as number
      const expired = this.#shelf.end(oldest) <= now
      if (!expired) this.#warn(bound)
      this.#evict(oldest, expired ? 'expired' : bound)
    }
  }

  #boundAt(sessions: number, bytes: number): 'max' | 'maxBytes' | undefined {
    if (sessions > this.#max) return 'max'
    return bytes > this.#maxBytes ? 'maxBytes' : undefined
  }

  /** Remove what has expired in the next places, `limit` sessions at most. Tells how many there were. */
  #sweep(places: number, now: number, limit = places): number {
    let removed = 0
    for (let i = Math.min(places, this.#shelf.places()); i > 0 && removed < limit; i--) {
      const place = this.#next % this.#shelf.places()
      this.#next = place + 1
      if (this.#shelf.sid(place) === undefined || this.#shelf.end(place) > now) continue
      this.#evict(place, 'expired')
      removed++
    }
    return removed
  }

  #evict(place: number, reason: EvictReason): void {
    const sid = this.#shelf.sid(place) as string
    this.#shelf.remove(place)
    if (this.#onEvict) setImmediate(tell, this.#onEvict, sid, reason)
  }

  #warn(bound: 'max' | 'maxBytes'): void {
    if (this.#warned) return
    this.#warned = true
    const { sessions, bytes } = this.usage()
    process.emitWarning(
      `The memory store is full with ${sessions} sessions of ${bytes} bytes in all: to make room it removes sessions that have not expired, the ones not used for longest first. The option "${bound}" sets this bound.`,
      { code: 'COATCHECK_MEMORY_STORE_FULL' },
    )
  }
}

async function tell(
  onEvict: NonNullable<MemoryStoreOptions['onEvict']>,
  sid: string,
  reason: EvictReason,
): Promise<void> {
  try {
    await onEvict(sid, reason)
  } catch (error) {
    process.emitWarning(`The function onEvict of the memory store failed: ${error}`, {
      code: 'COATCHECK_ON_EVICT_FAILED',
    })
  }
}
