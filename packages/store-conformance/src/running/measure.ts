import { isMiss } from '../calls/entries.ts'
import type { StoreHandle } from '../calls/handle.ts'
import type { AnyStore } from '../subject/any-store.ts'
import type { Trial } from '../trial/trial.ts'

/**
 * Whether a second store ever sees what the first has saved. One that never does keeps its sessions in the process, which is no
 * fault; one that sees them late, or keeps old copies, does share them and is judged.
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

/** Milliseconds between two ends: wherever the first one lies in its second, one of both is far from the next second. */
const apartMs = 400

/**
 * A store that counts in seconds keeps a session up to a second longer than it was told. Two sessions are looked at, since one
 * that ends just before a full second is not late in such a store. What is there longer than that, or for ever, is measured in
 * milliseconds, and the rules on expiry will say so.
 */
export async function measureGranularity(trial: Trial, handle: StoreHandle): Promise<1 | 1000> {
  const lateness = await Promise.all([0, apartMs].map(later => latenessOf(trial, handle, 100 + later)))
  return lateness.includes('up to a second') ? 1000 : 1
}

async function latenessOf(
  trial: Trial,
  handle: StoreHandle,
  life: number,
): Promise<'none' | 'up to a second' | 'more'> {
  const sid = `granularity-${life}`
  const session = trial.session({ n: 1 }, { maxAge: life })
  const end = Date.now() + life
  await handle.outcome('set', [sid, session])
  const gone = async () => isMiss(await handle.outcome('get', [sid]))
  const late = (): number => Date.now() - end - trial.recorder.slowest
  await trial.wait(Math.max(0, 60 - late()))
  if (await gone()) return 'none'
  while (late() < 1350) {
    await trial.wait(50)
    if (await gone()) return 'up to a second'
  }
  return 'more'
}

/** Milliseconds that a read takes, the middle one of five. */
export async function measureLatency(handle: StoreHandle): Promise<number> {
  const times: number[] = []
  for (let count = 0; count < 5; count++) {
    const began = performance.now()
    await handle.outcome('get', ['nobody'])
    times.push(performance.now() - began)
  }
  return times.sort((a, b) => a - b)[2]!
}

/** Whether clear() of one store removes the session of another namespace: rules that clear must then run by themselves. */
export async function clearReachesOthers(trial: Trial, handle: StoreHandle): Promise<boolean> {
  if (typeof handle.store.clear !== 'function' || !trial.seen.has('namespace')) return false
  const other = await trial.open({ namespace: 'other' })
  await other.outcome('set', ['a', trial.session({ n: 1 })])
  if (isMiss(await other.outcome('get', ['a']))) return false
  await handle.outcome('clear', [], { mayHang: true })
  return isMiss(await other.outcome('get', ['a']))
}

const ends = ['end', 'close', 'quit', 'disconnect', 'destroy']

/** Whether each store has a connection of its own, which only its close() ends. One that is shared must stay open. */
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
