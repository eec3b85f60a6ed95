import { isMiss } from '../calls/entries.ts'
import type { StoreHandle } from '../calls/handle.ts'
import type { AnyStore } from '../subject/any-store.ts'
import type { Trial } from '../trial/trial.ts'

/**
 * Whether a second store ever sees what the first has saved. A store that never does keeps its sessions in the process, which is
 * allowed. A store that sees them late, or keeps old copies, shares them and is tested.
 */
export async function sharesSessions(
  trial: Trial,
  handle: StoreHandle,
  other: StoreHandle,
): Promise<boolean> {
  await handle.outcome('set', ['shared', trial.session({ n: 1 })])
  for (let left = 5; left > 0; left--) {
    if (!isMiss(await other.outcome('get', ['shared']))) return true
    await trial.wait(20)
  }
  return false
}

/** Lifetimes of the sessions that are looked at: wherever in a second they are written, one of them ends early in a second. */
const lives = [100, 300, 500, 700]

/** How a session ended; `unclear` where it was gone, but the answer came too late to tell. */
type Ending = 'exact' | 'late' | 'later' | 'unclear'

/**
 * A store that counts in seconds keeps a session up to a second too long. Several sessions are checked, because one that ends just before a
 * full second is not late in such a store. They are checked again if a busy machine came too late for all of them. A store that keeps
 * sessions even longer counts as one with milliseconds, and fails the rules on expiry.
 */
export async function measureGranularity(trial: Trial, handle: StoreHandle): Promise<1 | 1000> {
  for (let tries = 0; tries < 5; tries++) {
    const endings = await Promise.all(lives.map(life => endingOf(trial, handle, life)))
    if (endings.includes('late')) return 1000
    if (endings.includes('exact') || endings.includes('later')) return 1
  }
  // The choice that makes no sound store fail.
  return 1000
}

async function endingOf(trial: Trial, handle: StoreHandle, life: number): Promise<Ending> {
  const sid = `granularity-${life}`
  const session = trial.session({ n: 1 }, { maxAge: life })
  const written = Date.now()
  const end = written + life
  await handle.outcome('set', [sid, session])
  const gone = async () => isMiss(await handle.outcome('get', [sid]))
  // A store may count the life from the moment of the write.
  const took = Date.now() - written
  const late = (): number => Date.now() - end - took
  await trial.wait(Math.max(0, 60 - late()))
  if (await gone()) {
    // A store with seconds has the session until the next full second, or until a second after the write.
    const lastSecond = Math.min(Math.ceil(end / 1000) * 1000, written + 1000)
    return Date.now() < lastSecond ? 'exact' : 'unclear'
  }
  for (;;) {
    const looked = late()
    if (looked >= 1350) return 'later'
    await trial.wait(50)
    if (await gone()) return 'late'
  }
}

/** Milliseconds that a read takes: the median of five. */
export async function measureLatency(handle: StoreHandle): Promise<number> {
  const times: number[] = []
  for (let count = 0; count < 5; count++) {
    const began = performance.now()
    await handle.outcome('get', ['nobody'])
    times.push(performance.now() - began)
  }
  return times.sort((a, b) => a - b)[2]!
}

/** Whether clear() of one store removes the session of another namespace. If so, rules that clear must run alone. */
export async function clearReachesOthers(trial: Trial, handle: StoreHandle): Promise<boolean> {
  if (typeof handle.store.clear !== 'function' || !trial.seen.has('namespace')) return false
  const other = await trial.open({ namespace: 'other' })
  await other.outcome('set', ['a', trial.session({ n: 1 })])
  if (isMiss(await other.outcome('get', ['a']))) return false
  await handle.outcome('clear', [], { mayHang: true })
  return isMiss(await other.outcome('get', ['a']))
}

const ends = ['end', 'close', 'quit', 'disconnect', 'destroy']

/** Whether each store has its own connection, which only its close() ends. A shared connection must stay open. */
export function ownsConnection(one: AnyStore, other: AnyStore): boolean {
  if (typeof one.close !== 'function') return false
  const theirs = new Set(connectionsOf(other))
  const own = connectionsOf(one)
  return own.length > 0 && !own.some(connection => theirs.has(connection))
}

function connectionsOf(store: AnyStore): unknown[] {
  return Object.values(store as object).filter(value => {
    if (typeof value !== 'object' || value === null) return false
    return ends.some(method => typeof (value as Record<string, unknown>)[method] === 'function')
  })
}
