import { callStore, offers } from '../calls/any-store.ts'
import { gone, hasCode } from '../errors.ts'
import { redirectOf } from '../records/redirect-record.ts'
import { loadedOf, noteLoaded } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'
import type { RecordStore } from '../store/record-store.ts'
import { remaining, stored, tombstoneOf } from './copy.ts'

/** Lifetime of a provisional copy in milliseconds. If its process is killed, the copy expires. */
const PROVISIONAL_LIFE = 60_000

/**
 * Copies sessions from one store to another while they are used, and destroys them so that they stay destroyed.
 *
 * A copy is provisional until the session was found in `from` once more. A logout writes a tombstone record to `to`, then
 * destroys the session in `from`, then in `to`. So a copy that is made during a logout finds that the session is gone, or finds the
 * tombstone, or is destroyed with the session.
 */
export class Copier {
  readonly #from: object
  readonly #to: RecordStore
  readonly #underWay = new Map<string, Promise<boolean>>()

  constructor(from: object, to: RecordStore) {
    this.#from = from
    this.#to = to
  }

  /** Make a provisional copy, or confirm the one that was `found`. Then read again, unless this returns `false`: no such session. */
  copyOrConfirm(sid: string, found: SessionData | undefined): Promise<boolean> {
    const underWay = this.#underWay.get(sid)
    if (underWay) return underWay
    const work = (found ? this.#confirm(sid, found) : this.#copy(sid)).finally(() =>
      this.#underWay.delete(sid),
    )
    this.#underWay.set(sid, work)
    return work
  }

  /** Whether a logout has left a tombstone record. */
  async destroyed(sid: string): Promise<boolean> {
    return (await this.#to.get(tombstoneOf(sid))) !== undefined
  }

  /** Write to the new store. What was changed by a logout is gone. */
  async write(sid: string, session: SessionData): Promise<void> {
    try {
      await this.#to.set(sid, session)
    } catch (error) {
      throw hasCode(error, 'ERR_SESSION_CHANGED') && (await this.destroyed(sid)) ? gone() : error
    }
  }

  async destroy(sid: string): Promise<boolean> {
    const here = await this.#to.get(sid).catch(unreadable)
    const there = here ?? (await callStore<SessionData>(this.#from, 'get', sid).catch(unreadable))
    if (there) await this.#to.set(tombstoneOf(sid), tombstone(Math.max(this.#to.ttl, longestLife(there))))
    await callStore(this.#from, 'destroy', sid)
    const successor = redirectOf((await this.#seal(sid)) ?? there ?? {})?.to
    const removed = await this.#to.destroy(sid)
    // If `set` of the old store inserts, a write under way may have brought the session back.
    await callStore(this.#from, 'destroy', sid)
    if (successor !== undefined) await this.destroy(successor)
    return removed || (!here && Boolean(there))
  }

  /**
   * Replace the session in `to` by a provisional copy, and give what it was. Beside a tombstone record nobody reads or writes such a
   * copy. A redirect record that another request writes meanwhile is either seen here, or its write fails.
   */
  async #seal(sid: string): Promise<SessionData | undefined> {
    for (;;) {
      const current = await this.#to.get(sid).catch(() => undefined)
      if (!current) return undefined
      const copy = stored(current, remaining(current), true)
      noteLoaded(copy, loadedOf(current))
      try {
        await this.#to.set(sid, copy)
        return current
      } catch (error) {
        if (!hasCode(error, 'ERR_SESSION_CHANGED') && !hasCode(error, 'ERR_SESSION_GONE')) throw error
      }
    }
  }

  async #copy(sid: string): Promise<boolean> {
    const session = await this.#original(sid)
    if (!session) return false
    await this.#insert(
      sid,
      stored(session, Math.min(PROVISIONAL_LIFE, remaining(session) ?? PROVISIONAL_LIFE), true),
    )
    return true
  }

  async #confirm(sid: string, copy: SessionData): Promise<boolean> {
    const session = await this.#original(sid)
    if (!session) {
      await this.#to.destroy(sid)
      return false
    }
    const confirmed = stored(session, remaining(session))
    noteLoaded(confirmed, loadedOf(copy))
    try {
      await this.#to.set(sid, confirmed)
    } catch (error) {
      // Another request was faster. Its result counts.
      if (!hasCode(error, 'ERR_SESSION_CHANGED') && !hasCode(error, 'ERR_SESSION_GONE')) throw error
    }
    return true
  }

  /**
   * Insert a copy, but never replace one that another request has made, and perhaps changed. If a store has no atomic insert, a late
   * copy can overwrite such a change, in the time between two commands.
   */
  async #insert(sid: string, copy: SessionData): Promise<void> {
    if (offers(this.#to, 'insert')) await this.#to.insert(sid, copy)
    else if (!(await this.#to.get(sid))) await this.#to.set(sid, copy)
  }

  /** The session in `from`, unless it has a tombstone record: a late write may have brought a destroyed session back there. */
  async #original(sid: string): Promise<SessionData | undefined> {
    const [session, destroyed] = await Promise.all([
      callStore<SessionData>(this.#from, 'get', sid),
      this.destroyed(sid),
    ])
    return session && !destroyed && (remaining(session) ?? 1) > 0 ? session : undefined
  }
}

/** A tombstone record. It lasts as long as a session that a late write might bring back. */
function tombstone(ttl: number): SessionData {
  return { cookie: { originalMaxAge: null, expires: new Date(Date.now() + ttl) } } as unknown as SessionData
}

function longestLife(session: SessionData): number {
  const { originalMaxAge } = session.cookie as { originalMaxAge?: unknown }
  return Math.max(remaining(session) ?? 0, typeof originalMaxAge === 'number' ? originalMaxAge : 0)
}

/** A placeholder for a session that cannot be read: it exists, and can be destroyed. An unavailable store fails in `destroy`. */
function unreadable(): SessionData {
  return { cookie: {} } as unknown as SessionData
}
