import { sleep } from '../calls/timers.ts'
import { publishOwnerLimit } from '../events/publish.ts'
import { noOwners } from './owned-sessions.ts'
import type { Owner } from './owner.ts'

/** A store that knows the owners of its sessions. */
export interface OwnedStore {
  /** Finds the owner of a session. Missing without the option `owner`. */
  readonly ownerOf: (session: object) => string | undefined
  /** The live sessions of an owner, newest first. */
  sessionsOf(owner: Owner): AsyncIterable<{ readonly sid: string }>
  keyOf(sid: string): string
  destroy(sid: string): Promise<boolean>
}

/** How many sessions an owner may have. */
export interface OwnerLimit {
  readonly store: OwnedStore
  readonly count: number
  /** Whether the new session is refused, instead of the oldest being ended. */
  readonly refuses: boolean
}

/** How often a login waits for others that happen at the same time. */
const PATIENCE = 5

/** Milliseconds before the second look. Each later one waits that much longer. */
const WAIT = 20

/** Throws a TypeError if the store does not know owners. */
export function ownerLimitOf(count: number, over: 'end-oldest' | 'refuse', store: object): OwnerLimit {
  const owned = store as OwnedStore
  if (typeof owned.ownerOf !== 'function' || typeof owned.sessionsOf !== 'function') {
    throw noOwners('maxPerOwner option needs a store with the option "owner"')
  }
  return { store: owned, count, refuses: over === 'refuse' }
}

/**
 * Keep an owner who has just got the session `sid` within the limit. Returns whether the session is refused.
 *
 * Each login looks after its session is stored. So the last one to look sees all sessions, and never more than `count` are left. Logins
 * that happen at once agree on an order, the store's. One that is in the wrong place of it gives the others time to give way first.
 */
export async function keepWithin(limit: OwnerLimit, owner: string, sid: string): Promise<boolean> {
  const { store, count, refuses } = limit
  const own = store.keyOf(sid)
  for (let look = 1; ; look++) {
    const sids: string[] = []
    for await (const { sid } of store.sessionsOf(owner)) sids.push(store.keyOf(sid))
    const place = sids.indexOf(own)
    if (sids.length <= count || (place < 0 && !refuses)) return false
    const isNew = place < (refuses ? sids.length - count : count)
    if (isNew || look === PATIENCE) {
      const ended = refuses ? [sid] : sids.filter(other => other !== own).slice(count - 1)
      await Promise.all(ended.map(each => store.destroy(each)))
      publishOwnerLimit(sid, refuses ? 'refused' : 'ended', ended.length)
      return refuses
    }
    await sleep(WAIT * look)
  }
}
