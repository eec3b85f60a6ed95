import {
  type Diagnosing,
  type Finding,
  RecordStore,
  type Renewal,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'
import { checkOptions } from './check-options.ts'
import { diagnose } from './diagnose.ts'
import type { EvictReason, MemoryStoreOptions } from './memory-store-options.ts'
import type { MemoryUsage } from './memory-usage.ts'
import { SessionCache } from './session-cache.ts'
import { SessionTooLargeError } from './session-too-large-error.ts'
import { costOf, pack } from './text.ts'
import { soon, untilNextTick } from './timers.ts'

/** How many slots `entries` and `prune` visit in one tick of the event loop. */
const SLICE = 1000

/** How many slots a write searches for an expired session before it removes a live one. */
const LOOK = 100

/** Sessions in the memory of one process, within bounds. A full store removes the least recently used sessions. */
export class MemoryStore extends RecordStore implements Diagnosing {
  readonly #max: number
  readonly #maxBytes: number
  readonly #onEvict: MemoryStoreOptions['onEvict']
  #cache = new SessionCache()
  /** The slot where the next search for expired sessions begins. */
  #next = 0
  #warned = false

  constructor(options: MemoryStoreOptions = {}) {
    const bounds = checkOptions(options)
    const { max, maxBytes, onEvict, ...common } = options
    super(common)
    this.#max = bounds.max
    this.#maxBytes = bounds.maxBytes
    this.#onEvict = onEvict
  }

  /** The same as `new MemoryStore(options)`. For apps that read the URL of their store from a setting. */
  static open(url = 'memory:', options: MemoryStoreOptions = {}): MemoryStore {
    if (url !== 'memory:')
      throw new TypeError('MemoryStore.open needs the URL "memory:", without other parts')
    return new MemoryStore(options)
  }

  /** What the store holds now. */
  usage(): MemoryUsage {
    return { sessions: this.#cache.size(), bytes: this.#cache.bytes() }
  }

  /** The bounds and how much of them is used, for `coatcheck doctor`. */
  async diagnose(): Promise<Finding[]> {
    return diagnose(this.usage(), this.#max, this.#maxBytes)
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const now = performance.now()
    const slot = this.#find(sid, now)
    if (slot === undefined) return undefined
    const data = this.#cache.text(slot)
    const ttl = this.#cache.end(slot) - now
    const renewed = renewal !== undefined && data.startsWith(renewal.prefix)
    if (renewed) this.#cache.touch(slot, now + renewal.ttl)
    return { data, ttl, renewed }
  }

  protected override async _write(sid: string, data: string, ttl: number, owner?: string): Promise<void> {
    const now = performance.now()
    this.#put(sid, this.#find(sid, now), this.#pack(sid, data), { end: now + ttl, now, owner })
  }

  protected override async _insert(sid: string, data: string, ttl: number, owner?: string): Promise<boolean> {
    const now = performance.now()
    if (this.#find(sid, now) !== undefined) return false
    this.#put(sid, undefined, this.#pack(sid, data), { end: now + ttl, now, owner })
    return true
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
    owner?: string,
  ): Promise<UpdateResult> {
    const now = performance.now()
    const slot = this.#find(sid, now)
    if (slot === undefined) return 'missing'
    if (expected !== undefined && this.#cache.text(slot) !== expected) return 'changed'
    this.#put(sid, slot, this.#pack(sid, data), { end: now + ttl, now, owner })
    return 'updated'
  }

  protected override async _touch(sid: string, ttl: number): Promise<boolean> {
    const now = performance.now()
    const slot = this.#find(sid, now)
    if (slot === undefined) return false
    this.#cache.touch(slot, now + ttl)
    return true
  }

  protected override async _destroy(sid: string): Promise<string | false> {
    const slot = this.#find(sid, performance.now())
    if (slot === undefined) return false
    const text = this.#cache.text(slot)
    this.#cache.remove(slot)
    return text
  }

  protected override async _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
    owner?: string,
  ): Promise<string | false> {
    const now = performance.now()
    const slot = this.#find(old, now)
    if (slot === undefined && required) return false
    const packed = this.#pack(sid, data)
    const text = slot !== undefined && this.#cache.text(slot)
    if (slot !== undefined) this.#cache.remove(slot)
    this.#put(sid, this.#find(sid, now), packed, { end: now + ttl, now, owner })
    return text
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    for (let slot = 0; slot < this.#cache.slots(); slot++) {
      const now = performance.now()
      const sid = this.#cache.sid(slot)
      const ttl = this.#cache.end(slot) - now
      if (sid !== undefined && ttl > 0) yield { sid, data: this.#cache.text(slot), ttl }
      if (slot % SLICE === SLICE - 1) await untilNextTick()
    }
  }

  protected override async _owned(owner: string): Promise<StoredEntry[]> {
    const now = performance.now()
    return [...this.#cache.slotsOf(owner)]
      .map(slot => ({
        sid: this.#cache.sid(slot) as string,
        data: this.#cache.text(slot),
        ttl: this.#cache.end(slot) - now,
      }))
      .filter(({ ttl }) => ttl > 0)
  }

  protected override async _clear(): Promise<void> {
    this.#cache = new SessionCache()
    this.#next = 0
  }

  protected override async _close(): Promise<void> {
    await this._clear()
  }

  protected override async _count(): Promise<number> {
    return this.#cache.countAfter(performance.now())
  }

  protected override async _prune(limit: number): Promise<number> {
    let deleted = 0
    for (let left = this.#cache.slots(); left > 0 && deleted < limit; left -= SLICE) {
      deleted += this.#sweep(Math.min(left, SLICE), performance.now(), limit - deleted)
      await untilNextTick()
    }
    return deleted
  }

  /** The slot of a live session. An expired session is removed. */
  #find(sid: string, now: number): number | undefined {
    const slot = this.#cache.find(sid)
    if (slot === undefined || this.#cache.end(slot) > now) return slot
    this.#evict(slot, 'expired')
    return undefined
  }

  #pack(sid: string, data: string): string {
    const packed = pack(data)
    const cost = costOf(sid, packed)
    if (cost > this.#maxBytes) throw new SessionTooLargeError(cost, this.#maxBytes)
    return packed
  }

  #put(sid: string, slot: number | undefined, packed: string, { end, now, owner }: Times): void {
    const cost = costOf(sid, packed)
    if (slot === undefined) {
      this.#makeRoom(1, cost, now)
      const made = this.#cache.insert(sid, packed, end)
      if (owner !== undefined) this.#cache.own(made, owner)
    } else {
      this.#makeRoom(0, cost - this.#cache.cost(slot), now)
      this.#cache.replace(slot, packed, end)
      if (owner !== undefined) this.#cache.own(slot, owner)
    }
  }

  /** Never removes the session that is being written, because it is live and the most recently used one. */
  #makeRoom(sessions: number, bytes: number, now: number): void {
    for (;;) {
      const bound = this.#boundAt(this.#cache.size() + sessions, this.#cache.bytes() + bytes)
      if (!bound) return
      if (this.#sweep(LOOK, now) > 0) continue
      const oldest = this.#cache.oldest() as number
      const expired = this.#cache.end(oldest) <= now
      if (!expired) this.#warn(bound)
      this.#evict(oldest, expired ? 'expired' : bound)
    }
  }

  #boundAt(sessions: number, bytes: number): 'max' | 'maxBytes' | undefined {
    if (sessions > this.#max) return 'max'
    return bytes > this.#maxBytes ? 'maxBytes' : undefined
  }

  /** Remove the expired sessions in the next slots, at most `limit` of them. Returns their number. */
  #sweep(slots: number, now: number, limit = slots): number {
    let removed = 0
    for (let i = Math.min(slots, this.#cache.slots()); i > 0 && removed < limit; i--) {
      const slot = this.#next % this.#cache.slots()
      this.#next = slot + 1
      if (this.#cache.sid(slot) === undefined || this.#cache.end(slot) > now) continue
      this.#evict(slot, 'expired')
      removed++
    }
    return removed
  }

  #evict(slot: number, reason: EvictReason): void {
    const sid = this.#cache.sid(slot) as string
    this.#cache.remove(slot)
    const onEvict = this.#onEvict
    if (onEvict) soon(() => void tell(onEvict, sid, reason))
  }

  #warn(bound: 'max' | 'maxBytes'): void {
    if (this.#warned) return
    this.#warned = true
    const { sessions, bytes } = this.usage()
    process.emitWarning(
      `The memory store is full: it holds ${sessions} sessions with ${bytes} bytes. To make room, it removes live sessions, the least recently used ones first. The option "${bound}" sets this limit.`,
      { code: 'COATCHECK_MEMORY_STORE_FULL' },
    )
  }
}

/** When a session that is written ends, the time now, and its owner. */
interface Times {
  readonly end: number
  readonly now: number
  readonly owner: string | undefined
}

async function tell(
  onEvict: NonNullable<MemoryStoreOptions['onEvict']>,
  sid: string,
  reason: EvictReason,
): Promise<void> {
  try {
    await onEvict(sid, reason)
  } catch (error) {
    process.emitWarning(`The option onEvict of the memory store failed: ${error}`, {
      code: 'COATCHECK_ON_EVICT_FAILED',
    })
  }
}
