import { KNOWN } from '../session/live-session.ts'
import { loadedOf } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'

/** A note that this process has destroyed the session of an id, or has given it another id. */
export interface Tombstone {
  /** Its logical time, a number that grows with each tombstone. */
  readonly at: number
  /** The record that redirects to the session's new id. Without one the session was destroyed. */
  readonly redirect?: SessionData | undefined
}

/** How many tombstones are kept for each store: the newest. */
const LIMIT = 10_000

/**
 * Ids that this process has destroyed or replaced. They are for stores whose `set` would bring such a session back. A request that has
 * read the session before the tombstone may not write it. A session that is created later under the same id is a different one.
 */
export class Tombstones {
  readonly #ids = new Map<string, Tombstone>()
  /** The logical time at which each session was known to exist, if the session has no place for it. */
  readonly #known = new WeakMap<object, number>()
  #now = 0
  /** Whether any id was replaced with a `grace`: from then on a stored session may be a redirect. */
  rotating = false

  /** The current logical time. */
  get now(): number {
    return this.#now
  }

  /** Note that the session of `sid` was destroyed, or has the id to which `redirect` leads. */
  add(sid: string, redirect?: SessionData): Tombstone {
    const tombstone = { at: ++this.#now, redirect }
    this.#ids.delete(sid)
    this.#ids.set(sid, tombstone)
    if (this.#ids.size > LIMIT) this.#ids.delete(this.#ids.keys().next().value as string)
    return tombstone
  }

  /** The tombstone of `sid`, if it was added after `time`. */
  since(sid: string, time: number): Tombstone | undefined {
    const tombstone = this.#ids.get(sid)
    return tombstone && tombstone.at > time ? tombstone : undefined
  }

  /** Note that `session` was in the store at `time`. Stores that extend `RecordStore` need no such note. */
  know(session: object, time: number): void {
    if (loadedOf(session)) return
    if (KNOWN in session) session[KNOWN] = time
    else this.#known.set(session, time)
  }

  knows(session: object): boolean {
    return this.#knownSince(session) !== undefined
  }

  #knownSince(session: object): number | undefined {
    return KNOWN in session ? (session[KNOWN] as number | undefined) : this.#known.get(session)
  }

  /** What became of a session whose store does not detect its end. */
  becameOf(session: { readonly id: string }): Tombstone | undefined {
    if (this.#ids.size === 0) return undefined
    const time = this.#knownSince(session)
    return time === undefined || loadedOf(session) ? undefined : this.since(session.id, time)
  }
}

/** A registered symbol, so that two copies of this package share their tombstones. The number is the version of the class above. */
const BY_STORE: unique symbol = Symbol.for('coatcheck.tombstones.1')

const shared = globalThis as { [BY_STORE]?: WeakMap<object, Tombstones> }
shared[BY_STORE] ??= new WeakMap()
const byStore = shared[BY_STORE]

/** The tombstones of a store. Two middlewares on one store share them. */
export function tombstonesOf(store: object): Tombstones {
  const known = byStore.get(store)
  if (known) return known
  const tombstones = new Tombstones()
  byStore.set(store, tombstones)
  return tombstones
}
