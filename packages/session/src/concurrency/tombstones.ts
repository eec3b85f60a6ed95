import { loadedOf } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'

/** What this process has done to the session of an id: destroyed it, or given it another id. */
export interface Tombstone {
  /** Grows with each tombstone. */
  readonly at: number
  /** The record that redirects to the session's new id. Without one the session was destroyed. */
  readonly redirect?: SessionData | undefined
}

/** How many tombstones are kept for each store: the newest. */
const LIMIT = 10_000

/**
 * Ids that this process has destroyed or replaced, for stores whose `set` brings back what is gone. A request whose session was read
 * before the tombstone may not write it any more; a session that is made later under the same id is another one.
 */
export class Tombstones {
  readonly #ids = new Map<string, Tombstone>()
  /** When each session was known to be there, for stores that do not tell. */
  readonly #known = new WeakMap<object, number>()
  #now = 0
  /** Some session has had its id replaced with a `grace`: from then on a stored session may be a redirect. */
  rotating = false

  /** The time of this moment. */
  get now(): number {
    return this.#now
  }

  /** The session of `sid` has ended, or lives on where `redirect` leads. */
  add(sid: string, redirect?: SessionData): Tombstone {
    const tombstone = { at: ++this.#now, redirect }
    this.#ids.delete(sid)
    this.#ids.set(sid, tombstone)
    if (this.#ids.size > LIMIT) this.#ids.delete(this.#ids.keys().next().value as string)
    return tombstone
  }

  /** The tombstone of `sid` after `time`. */
  since(sid: string, time: number): Tombstone | undefined {
    const tombstone = this.#ids.get(sid)
    return tombstone && tombstone.at > time ? tombstone : undefined
  }

  /** `session` was in the store at `time`. Stores of the family tell by themselves. */
  know(session: object, time: number): void {
    if (!loadedOf(session)) this.#known.set(session, time)
  }

  knows(session: object): boolean {
    return this.#known.has(session)
  }

  /** What became of a session whose store does not tell. */
  becameOf(session: { readonly id: string }): Tombstone | undefined {
    if (this.#ids.size === 0) return undefined
    const time = this.#known.get(session)
    return time === undefined || loadedOf(session) ? undefined : this.since(session.id, time)
  }
}

/** Registered, so that two copies of this package know what either has destroyed. The number is that of the class above. */
const BY_STORE: unique symbol = Symbol.for('coatcheck.tombstones.1')

const shared = globalThis as { [BY_STORE]?: WeakMap<object, Tombstones> }
shared[BY_STORE] ??= new WeakMap()
const byStore = shared[BY_STORE]

/** Two middlewares on one store share it. */
export function tombstonesOf(store: object): Tombstones {
  const known = byStore.get(store)
  if (known) return known
  const tombstones = new Tombstones()
  byStore.set(store, tombstones)
  return tombstones
}
