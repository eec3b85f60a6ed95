import { type Entry, entriesOf } from '../../calls/entries.ts'
import type { StoreHandle } from '../../calls/handle.ts'
import { textOf } from '../../errors.ts'
import type { Trial } from '../../trial/trial.ts'
import { atATime } from '../../values/at-a-time.ts'
import { show } from '../../values/show.ts'

/** The cookie of sessions in rules with so many calls that a busy machine may take more than a minute for them. */
export const lasting = { maxAge: 3_600_000 }

/** A list of many sessions may take longer than one call. */
export const patience = { deadlineMs: 20_000 }

/** `clear()` where there may be many sessions: a store may delete them one by one. */
export async function clear(t: Trial, store: StoreHandle): Promise<void> {
  const { failed, error } = await store.outcome('clear', [], patience)
  t.ok(!failed, `clear() failed with ${textOf(error)}, want no error`)
}

/** `length()` as a number. Without namespaces, the store may also hold sessions of other rules. */
export async function count(t: Trial, store: StoreHandle, when: string): Promise<number> {
  const { failed, error, value } = await store.outcome('length', [], patience)
  t.ok(!failed, `length() ${when} failed with ${textOf(error)}, want a number`)
  t.ok(typeof value === 'number', `length() ${when} gave ${show(value)}, want a number`)
  return value as number
}

/** `length()` for rules about something else: no verdict if it returns no number. */
export async function counted(t: Trial, store: StoreHandle): Promise<number> {
  const value = Number(await store.length())
  if (Number.isNaN(value)) t.unverified('length() gives no number, see ENU-02')
  return value
}

/** The entries of `all()`, including those of other rules. */
export async function list(t: Trial, store: StoreHandle): Promise<Entry[]> {
  const { failed, error, value } = await store.outcome('all', [], patience)
  t.ok(!failed, `all() failed with ${textOf(error)}, want the sessions`)
  return entriesOf(value, 'all()')
}

/** The sessions of this rule in `all()`, by their field `who`. */
export function byWho(entries: readonly Entry[]): Map<unknown, Entry[]> {
  const groups = new Map<unknown, Entry[]>()
  for (const entry of entries) {
    const who: unknown = entry.session?.who
    if (who !== undefined) groups.set(who, [...(groups.get(who) ?? []), entry])
  }
  return groups
}

/** Checks that `all()` has each of these sessions once, and returns their entries. */
export function onceEach(t: Trial, groups: Map<unknown, Entry[]>, wanted: readonly string[]): Entry[] {
  return wanted.map(who => {
    const found = groups.get(who) ?? []
    t.equal(found.length, 1, `the number of sessions {who: ${show(who)}} in all()`)
    return found[0]!
  })
}

/** Runs `work` for each sid, sixteen at a time; more at a time on a slow store, where most of the time is waiting. */
export async function eachOf<T>(
  t: Trial,
  sids: readonly string[],
  work: (sid: string) => Promise<T>,
): Promise<T[]> {
  return atATime(sids, Math.min(100, Math.max(16, Math.ceil(2 * t.latency))), work)
}

/** Saves `{ who: sid }` under each sid. */
export async function setMany(t: Trial, store: StoreHandle, sids: readonly string[]): Promise<void> {
  await eachOf(t, sids, sid => store.set(sid, t.session({ who: sid }, lasting)))
}

/** `s0`, `s1` and so on. */
export function numbered(many: number): string[] {
  return Array.from({ length: many }, (_, index) => `s${index}`)
}

/** An empty store: it has a new namespace, or was cleared. */
export async function empty(t: Trial): Promise<StoreHandle> {
  const store = await t.open()
  if (t.has('namespaces') || !t.has('shared')) return store
  if (!t.has('clear')) t.unverified('needs a store that is empty: namespaces, or clear()')
  await clear(t, store)
  return store
}

/** This many sessions, or as many as the store holds. No verdict if that is less than `least`. */
export function many(t: Trial, wanted: number, least: number): number {
  const { maxSessions = wanted + 2 } = t.subject
  const possible = Math.min(wanted, maxSessions - 2)
  if (possible < least) t.unverified(`needs ${least} sessions; maxSessions is ${maxSessions}`)
  return possible
}
