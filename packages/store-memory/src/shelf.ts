import { LRUCache } from 'lru-cache'
import { copyId, costOf, unpack } from './text.ts'

/** A `Map` of V8 holds 2^24 entries and throws at the next. */
export const LARGEST: number = 2 ** 24 - 1

/**
 * Where the sessions are: lru-cache knows their order and the place of each, and the rest lies under the number of that place. A
 * session keeps its place until it is removed, so that all can be gone through piece by piece while others come and go.
 */
export class Shelf {
  // lru-cache's `max` would reserve memory for all of them at once: so each weighs 1. The store makes room before it comes to that.
  readonly #order = new LRUCache<string, number>({ maxSize: LARGEST })
  // Arrays, as an object for each session takes more memory.
  readonly #sids: (string | undefined)[] = []
  readonly #texts: string[] = []
  readonly #ends: number[] = []
  readonly #free: number[] = []
  #bytes = 0

  /** How many sessions there are, expired ones too. */
  size(): number {
    return this.#order.size
  }

  /** What they cost. */
  bytes(): number {
    return this.#bytes
  }

  /** How many places there are, free ones too. */
  places(): number {
    return this.#sids.length
  }

  /** The place of a session, which is then the last one used. */
  find(sid: string): number | undefined {
    return this.#order.get(sid)
  }

  /** The place of the session that was not used for the longest time. */
  oldest(): number | undefined {
    for (const place of this.#order.rvalues()) return place
    return undefined
  }

  /** The id of the session in this place; `undefined` when it is free. */
  sid(place: number): string | undefined {
    return this.#sids[place]
  }

  text(place: number): string {
    return unpack(this.#texts[place]!)
  }

  end(place: number): number {
    return this.#ends[place]!
  }

  cost(place: number): number {
    return costOf(this.#sids[place]!, this.#texts[place]!)
  }

  insert(sid: string, packed: string, end: number): void {
    const own = copyId(sid)
    const place = this.#free.pop() ?? this.#sids.length
    this.#order.set(own, place, { size: 1 })
    this.#sids[place] = own
    this.#texts[place] = packed
    this.#ends[place] = end
    this.#bytes += this.cost(place)
  }

  replace(place: number, packed: string, end: number): void {
    this.#bytes -= this.cost(place)
    this.#texts[place] = packed
    this.#ends[place] = end
    this.#bytes += this.cost(place)
  }

  move(place: number, end: number): void {
    this.#ends[place] = end
  }

  remove(place: number): void {
    this.#bytes -= this.cost(place)
    this.#order.delete(this.#sids[place]!)
    this.#sids[place] = undefined
    this.#texts[place] = ''
    this.#ends[place] = 0
    this.#free.push(place)
  }

  /** How many sessions end after `now`. */
  countAfter(now: number): number {
    let count = 0
    for (let place = 0; place < this.#ends.length; place++) if (this.#ends[place]! > now) count++
    return count
  }
}
