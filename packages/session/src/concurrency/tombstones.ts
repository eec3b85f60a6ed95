import { loadedOf } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'

/** What this process has done to the session of an id. */
export interface Departure {
  /** When, as a number that grows with each departure. */
  readonly at: number
  /** The record that leads to the session's new id. Without one the session was destroyed. */
  readonly pointer?: SessionData | undefined
}

/** Of how many ids this is remembered for each store: the newest. */
const LIMIT = 10_000

/**
 * Ids that this process has destroyed or replaced, for stores whose `set` brings back what is gone. A request whose session was read
 * before the departure may not write it any more; a session that is made later under the same id is another one.
 */
export class Departed {
  readonly #ids = new Map<string, Departure>()
  /** When each session of a store that does not tell was known to be there. */
  readonly #known = new WeakMap<object, number>()
  #now = 0
  /** Some session has had its id replaced with a `grace`: from then on a stored session may be a pointer. */
  rotating = false

  /** The time of this moment. */
  get now(): number {
    return this.#now
  }

  /** The session of `sid` is gone, or lives on where `pointer` leads. */
  leave(sid: string, pointer?: SessionData): Departure {
    const departure = { at: ++this.#now, pointer }
    this.#ids.delete(sid)
    this.#ids.set(sid, departure)
    if (this.#ids.size > LIMIT) this.#ids.delete(this.#ids.keys().next().value as string)
    return departure
  }

  /** The departure of `sid` after `time`. */
  since(sid: string, time: number): Departure | undefined {
    const departure = this.#ids.get(sid)
    return departure && departure.at > time ? departure : undefined
  }

  /** `session` was in the store at `time`. Stores of the family tell by themselves. */
  know(session: object, time: number): void {
    if (!loadedOf(session)) this.#known.set(session, time)
  }

  knows(session: object): boolean {
    return this.#known.has(session)
  }

  /** What has become of a session that was in a store that does not tell. */
  fateOf(session: { readonly id: string }): Departure | undefined {
    if (this.#ids.size === 0) return undefined
    const time = this.#known.get(session)
    return time === undefined || loadedOf(session) ? undefined : this.since(session.id, time)
  }
}

const byStore = new WeakMap<object, Departed>()

/** Two middlewares on one store share it. */
export function departedOf(store: object): Departed {
  const known = byStore.get(store)
  if (known) return known
  const departed = new Departed()
  byStore.set(store, departed)
  return departed
}
