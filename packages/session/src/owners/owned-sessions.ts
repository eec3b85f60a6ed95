import type { Backend } from '../records/backend.ts'
import type { StoredEntry } from '../records/record.ts'
import { hasEnded, lifespanIn } from '../session/lifespan.ts'
import type { SessionData } from '../session/session.ts'
import { type Owner, ownerText } from './owner.ts'

/** What this room needs of a store's records. */
export interface OwnedRecords {
  readonly ttl: number
  readonly keepsOwners: boolean
  readonly backend: Backend
  keyOf(sid: string): string
  ownerOf(session: object): string | undefined
  ownerForms(owner: unknown): readonly string[]
  decode(sid: string, record: StoredEntry): SessionData
  remove(sid: string): Promise<boolean>
  /** The id, or the key, to which a record redirects, if it is a redirect. */
  successorOf(sid: string, session: object): string | undefined
}

/** A session in the list of its owner's sessions. */
export interface OwnedSession {
  /** Its id, or with the option `hashIds` its key, which `destroy` takes as well. */
  readonly sid: string
  /** When it was created, if that is known: with the option `absoluteTimeout`. */
  readonly createdAt: Date | undefined
  /** When its lifetime was last restarted. */
  readonly touchedAt: Date
  readonly session: SessionData & Record<string, unknown>
}

/** Options of {@link RecordStore.destroyAllOf}. */
export interface DestroyAllOptions {
  /** Ids or keys of sessions to keep, such as the one of the request. Default: none. */
  except?: string | readonly string[] | undefined
}

/** How often the list is read again. Each time, a request has given one of the sessions another id. */
const ROUNDS = 20

/** How many redirects in a row are followed. */
const HOPS = 5

/** How many sessions are destroyed at the same time. */
const LANES = 16

/** Lists and ends the sessions of an owner. */
export class OwnedSessions {
  readonly #records: OwnedRecords

  constructor(records: OwnedRecords) {
    this.#records = records
  }

  /** The sessions of an owner, newest first. */
  async list(owner: Owner): Promise<OwnedSession[]> {
    const entries = await this.#entriesOf(owner)
    const now = Date.now()
    const sessions: OwnedSession[] = []
    for (const entry of entries) {
      const data = this.#decoded(entry)
      if (data && !hasEnded(data) && this.#records.ownerOf(data) === ownerText(owner))
        sessions.push(this.#described(entry, data, now))
    }
    // Logins that happen at once need the same order everywhere.
    const idle = new Map(entries.map(({ sid, ttl }) => [sid, -ttl]))
    const between = (a: OwnedSession, b: OwnedSession) =>
      a.createdAt || lifetimeOf(a) !== lifetimeOf(b) ? 0 : idle.get(a.sid)! - idle.get(b.sid)!
    return sessions.sort((a, b) => between(a, b) || timeOf(b) - timeOf(a) || (a.sid < b.sid ? -1 : 1))
  }

  /**
   * A session whose id is replaced between two steps shows up in the list again, under its new id. So the list is read until it has no
   * session that is to be destroyed.
   */
  async destroyAll(owner: Owner, { except = [] }: DestroyAllOptions): Promise<number> {
    const kept = new Set(
      (typeof except === 'string' ? [except] : except).map(sid => this.#records.keyOf(sid)),
    )
    let total = 0
    for (let round = 0; round < ROUNDS; round++) {
      const entries = (await this.#entriesOf(owner)).filter(({ sid }) => !kept.has(this.#records.keyOf(sid)))
      const results = await this.#endEach(entries, ownerText(owner) as string, kept)
      total += results.filter(Boolean).length
      // One that had another id when it was to be destroyed is in the next list.
      if (results.length === 0) break
    }
    return total
  }

  async #entriesOf(owner: Owner): Promise<readonly StoredEntry[]> {
    if (!this.#records.keepsOwners) throw noOwners('This method needs the option "owner" of the store')
    const forms = this.#records.ownerForms(owner)
    const found = await Promise.all(forms.map(form => this.#records.backend._owned!(form)))
    return found.flat()
  }

  /** Whether each of the owner's sessions in the list was still there to be destroyed. */
  async #endEach(
    entries: readonly StoredEntry[],
    owner: string,
    kept: ReadonlySet<string>,
  ): Promise<boolean[]> {
    const results: boolean[] = []
    for (let i = 0; i < entries.length; i += LANES) {
      const lanes = entries.slice(i, i + LANES).map(entry => this.#end(entry, owner, kept))
      for (const done of await Promise.all(lanes)) if (done !== undefined) results.push(done)
    }
    return results
  }

  /**
   * `undefined` if this is not one of the owner's sessions. What cannot be decoded is destroyed as well: the index says whose it is, and
   * another process may be able to read it.
   */
  async #end(entry: StoredEntry, owner: string, kept: ReadonlySet<string>): Promise<boolean | undefined> {
    const data = this.#decoded(entry)
    if (data && !(await this.#belongs(data, entry.sid, owner, kept))) return undefined
    return this.#records.remove(entry.sid)
  }

  /** Whether a session, or the one to which it redirects, is one of this owner's that is not kept. */
  async #belongs(
    data: SessionData,
    sid: string,
    owner: string,
    kept: ReadonlySet<string>,
    hops: number = HOPS,
  ): Promise<boolean> {
    const next = this.#records.successorOf(sid, data)
    if (next === undefined) return this.#records.ownerOf(data) === owner
    if (hops === 0 || kept.has(this.#records.keyOf(next))) return false
    const record = await this.#records.backend._read(next)
    const successor = record && this.#decoded({ ...record, sid: next })
    return successor !== undefined && this.#belongs(successor, next, owner, kept, hops - 1)
  }

  #decoded(entry: StoredEntry): SessionData | undefined {
    try {
      return this.#records.decode(entry.sid, entry)
    } catch {
      return undefined
    }
  }

  #described({ sid, ttl }: StoredEntry, session: SessionData, now: number): OwnedSession {
    const lifetime = session.cookie.originalMaxAge ?? this.#records.ttl
    return {
      sid,
      createdAt: createdIn(session),
      touchedAt: new Date(now - Math.max(lifetime - ttl, 0)),
      session: session as OwnedSession['session'],
    }
  }
}

/** A TypeError with a code. */
export function noOwners(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_SESSION_NO_OWNERS' })
}

function lifetimeOf({ session }: OwnedSession): number | null | undefined {
  return session.cookie.originalMaxAge
}

function timeOf({ createdAt, touchedAt }: OwnedSession): number {
  return (createdAt ?? touchedAt).valueOf()
}

function createdIn(session: object): Date | undefined {
  const lifespan = lifespanIn(session)
  return lifespan && new Date(lifespan.created)
}
