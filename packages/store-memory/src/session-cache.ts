import { LRUCache } from 'lru-cache'
import { copyId, costOf, unpack } from './text.ts'

/** A `Map` of V8 holds 2^24 entries and throws at the next. */
export const LARGEST: number = 2 ** 24 - 1

/**
 * The sessions. lru-cache has the order in which they were used, and the slot of each. Arrays have id, text and expiry at the index of the
 * slot. A session keeps its slot until it is removed, so `entries` can visit all slots in slices while sessions come and go.
 */
export class SessionCache {
  // With `max`, lru-cache would reserve memory for all entries at once. So each entry has the size 1. The store makes room before it is full.
  readonly #order = new LRUCache<string, number>({ maxSize: LARGEST })
  // Arrays take less memory than an object for each session.
  readonly #sids: (string | undefined)[] = []
  readonly #texts: string[] = []
  readonly #ends: number[] = []
  readonly #free: number[] = []
  /** The owner of each slot, and the slots of each owner. */
  readonly #owners = new Map<number, string>()
  readonly #owned = new Map<string, Set<number>>()
  #bytes = 0

  /** How many sessions there are, including expired ones. */
  size(): number {
    return this.#order.size
  }

  /** How many bytes they cost. */
  bytes(): number {
    return this.#bytes
  }

  /** How many slots there are, including free ones. */
  slots(): number {
    return this.#sids.length
  }

  /** The slot of a session. This makes it the most recently used one. */
  find(sid: string): number | undefined {
    return this.#order.get(sid)
  }

  /** The slot of the least recently used session. */
  oldest(): number | undefined {
    for (const slot of this.#order.rvalues()) return slot
    return undefined
  }

  /** The id of the session in this slot; `undefined` when it is free. */
  sid(slot: number): string | undefined {
    return this.#sids[slot]
  }

  text(slot: number): string {
    return unpack(this.#texts[slot]!)
  }

  end(slot: number): number {
    return this.#ends[slot]!
  }

  cost(slot: number): number {
    return costOf(this.#sids[slot]!, this.#texts[slot]!)
  }

  /** The slots of the sessions of an owner. */
  slotsOf(owner: string): Iterable<number> {
    return this.#owned.get(owner) ?? []
  }

  own(slot: number, owner: string): void {
    this.#disown(slot)
    this.#owners.set(slot, owner)
    const slots = this.#owned.get(owner)
    if (slots) slots.add(slot)
    else this.#owned.set(owner, new Set([slot]))
  }

  /** Returns the slot. */
  insert(sid: string, packed: string, end: number): number {
    const own = copyId(sid)
    const slot = this.#free.pop() ?? this.#sids.length
    this.#order.set(own, slot, { size: 1 })
    this.#sids[slot] = own
    this.#texts[slot] = packed
    this.#ends[slot] = end
    this.#bytes += this.cost(slot)
    return slot
  }

  replace(slot: number, packed: string, end: number): void {
    this.#bytes -= this.cost(slot)
    this.#texts[slot] = packed
    this.#ends[slot] = end
    this.#bytes += this.cost(slot)
  }

  /** Move the expiry of the session in this slot. */
  touch(slot: number, end: number): void {
    this.#ends[slot] = end
  }

  remove(slot: number): void {
    this.#bytes -= this.cost(slot)
    this.#order.delete(this.#sids[slot]!)
    this.#sids[slot] = undefined
    this.#texts[slot] = ''
    this.#ends[slot] = 0
    this.#free.push(slot)
    this.#disown(slot)
  }

  #disown(slot: number): void {
    const owner = this.#owners.get(slot)
    if (owner === undefined) return
    this.#owners.delete(slot)
    const slots = this.#owned.get(owner)
    slots?.delete(slot)
    if (slots?.size === 0) this.#owned.delete(owner)
  }

  /** How many sessions end after `now`. */
  countAfter(now: number): number {
    let count = 0
    for (let slot = 0; slot < this.#ends.length; slot++) if (this.#ends[slot]! > now) count++
    return count
  }
}
