import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { RecordStore, SessionData, Store } from '@coatcheck/session'
import { callStore, isHashedId, migratingStore, remaining, stored } from '@coatcheck/session/stores'
import { UsageError } from './command.ts'
import { readSession, sessionsOf } from './sessions.ts'

export interface CopyOptions {
  live: boolean
  /** Sessions per second; 0 is no limit. */
  rate: number
  /** How many sessions are compared at the end. */
  sample: number
  step(): void
}

export interface CopyResult {
  /** Read from the old store. */
  read: number
  /** Written to the new store as they were read. */
  copied: number
  /** Ended or expired before they could be copied. */
  gone: number
  /** Compared at the end. */
  compared: number
  /** Of those compared: missing in the new store, or with other data or another lifetime. */
  wrong: number
}

const LIVE_HASHED =
  'The ids of FROM are hashed: --live has no ids to copy with. Let the app move the sessions, or copy without --live'

/** How many sessions are copied at the same time. One by one, millions would take hours. */
const LANES = 8

/** Lifetimes may differ by this many milliseconds, because the reads are not simultaneous, and a database may count in seconds. */
const SLACK = 2000

/** Copies all sessions of `from`. Sessions of `to` with the same ids are replaced, except in a live copy. */
export async function copySessions(from: Store, to: Store, options: CopyOptions): Promise<CopyResult> {
  const result: CopyResult = { read: 0, copied: 0, gone: 0, compared: 0, wrong: 0 }
  const sample = new Sample(options.sample)
  const moving = options.live ? migratingStore({ from, to: to as RecordStore }) : undefined
  const begin = performance.now()
  const source = sessionsOf(from)

  async function lane(): Promise<void> {
    for (;;) {
      const next = await source.next()
      if (next.done) return
      const [sid, session] = next.value
      const due = options.rate && (result.read / options.rate) * 1000 - (performance.now() - begin)
      result.read++
      if (due > 0) await sleep(due)
      if (moving && isHashedId(sid)) throw new UsageError(LIVE_HASHED)
      const copied = moving ? (await moving.get(sid)) !== undefined : await copyOne(to, sid, session)
      if (copied) result.copied++
      else result.gone++
      if (copied) sample.offer(sid)
      options.step()
    }
  }

  await Promise.all(Array.from({ length: LANES }, lane))
  for (const sid of sample.sids) {
    result.compared++
    if (!(await alike(from, to, sid, options.live))) result.wrong++
  }
  return result
}

async function copyOne(to: Store, sid: string, session: SessionData): Promise<boolean> {
  const left = remaining(session)
  if (left !== undefined && left <= 0) return false
  await callStore(to, 'set', sid, stored(session, left))
  return true
}

/** Whether both stores have the session with the same data and expiry. In a live copy, only whether both have it. */
async function alike(from: Store, to: Store, sid: string, live: boolean): Promise<boolean> {
  const [before, after] = [await readSession(from, sid), await readSession(to, sid)]
  if (!before) return !after || live
  if (!after) return (await readSession(from, sid)) === undefined
  if (live) return true
  const [left, now] = [remaining(before), remaining(after)]
  const lifetime = left === undefined || now === undefined || Math.abs(left - now) <= SLACK
  return lifetime && isDeepStrictEqual(dataOf(before), dataOf(after))
}

function dataOf(session: SessionData): unknown {
  const data = JSON.parse(JSON.stringify(session))
  delete data.cookie.expires
  return data
}

/** A random sample of the ids that are offered, each with the same chance. */
class Sample {
  readonly sids: string[] = []
  readonly #size: number
  #seen = 0

  constructor(size: number) {
    this.#size = size
  }

  offer(sid: string): void {
    const at = this.#seen < this.#size ? this.#seen : Math.floor(Math.random() * (this.#seen + 1))
    this.#seen++
    if (at < this.#size) this.sids[at] = sid
  }
}
