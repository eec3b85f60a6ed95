import type { StoreHandle } from '../../calls/handle.ts'
import { textOf } from '../../errors.ts'
import type { Trial } from '../../trial/trial.ts'
import { show } from '../../values/show.ts'

/** Sids that every store has to accept, because session libraries generate them. set() may refuse others. */
function mayBeRefused(sid: string): boolean {
  return sid.length > 32 || sid === '__proto__' || !/^[\w-]+$/.test(sid)
}

/** Whether set() accepted this session. It may refuse an unusual sid. */
export async function taken(t: Trial, store: StoreHandle, sid: string, data: object): Promise<boolean> {
  const outcome = await store.outcome('set', [sid, t.session(data)])
  if (!t.refused(outcome)) return true
  t.ok(mayBeRefused(sid), `set(${show(sid)}, session) failed with ${textOf(outcome.error)}, want no error`)
  return false
}

/** Checks that a sid that was not set finds nothing. An error is allowed if set() may refuse the sid. */
export async function findsNothing(t: Trial, store: StoreHandle, sid: string, when: string): Promise<void> {
  const found = await store.outcome('get', [sid])
  if (t.isMiss(found)) return
  const refused = found.failed && mayBeRefused(sid)
  const got = found.failed ? textOf(found.error) : show(found.value)
  t.ok(refused, `get(${show(sid)}) ${when} gave ${got}, want nothing`)
}

/** Checks that each of these sids is a separate session for set(), get() and destroy(). */
export async function apart(t: Trial, store: StoreHandle, sids: readonly string[]): Promise<void> {
  const live = new Set<string>()
  const names = (): string => [...live].map(show).join(', ') || 'nothing'
  const allHold = async (when: string): Promise<void> => {
    await Promise.all([...live].map(sid => t.holds(store, sid, { who: sid }, when)))
  }
  for (const sid of sids) {
    await findsNothing(t, store, sid, `after set() of ${names()}`)
    if (await taken(t, store, sid, { who: sid })) live.add(sid)
  }
  await allHold(`after set() of ${names()}`)
  for (const sid of sids) {
    const destroyed = await store.outcome('destroy', [sid])
    const wasThere = live.delete(sid)
    t.ok(!destroyed.failed || !wasThere, `destroy(${show(sid)}) failed with ${textOf(destroyed.error)}`)
    await findsNothing(t, store, sid, 'after destroy() of it')
    await allHold(`after destroy(${show(sid)})`)
    if (!wasThere) continue
    await store.set(sid, t.session({ who: sid }))
    live.add(sid)
  }
}

/** A store with the sessions a and b, and a check that both are unchanged. */
export async function twoUsers(t: Trial): Promise<[StoreHandle, (when: string) => Promise<void>]> {
  const store = await t.open()
  for (const who of ['a', 'b']) await store.set(who, t.session({ who }))
  const unharmed = async (when: string): Promise<void> => {
    for (const who of ['a', 'b']) await t.holds(store, who, { who }, when)
  }
  return [store, unharmed]
}

/** Sets all sids, in parallel or one by one, and destroys the first. */
export async function asKeysOfAMap(
  t: Trial,
  store: StoreHandle,
  sids: readonly string[],
  atOnce: boolean,
): Promise<void> {
  const took: boolean[] = []
  const set = async (sid: string, index: number): Promise<void> => {
    took[index] = await taken(t, store, sid, { who: sid })
  }
  if (atOnce) await Promise.all(sids.map(set))
  else for (const [index, sid] of sids.entries()) await set(sid, index)
  const [gone, ...others] = sids.filter((_, index) => took[index])
  if (gone === undefined) return
  const hold = async (live: readonly string[], when: string): Promise<void> => {
    await Promise.all(live.map(sid => t.holds(store, sid, { who: sid }, when)))
  }
  await hold([gone, ...others], 'after set() of all')
  await store.destroy(gone)
  await t.gone(store, gone, 'after destroy() of it')
  await hold(others, `after destroy(${show(gone)})`)
}

/** Checks that each of the sids in a group is a separate session. */
export async function allApart(t: Trial, groups: readonly (readonly string[])[]): Promise<void> {
  const store = await t.open()
  const waits = t.latency >= 2
  if (waits) await Promise.all(groups.map(group => apart(t, store, group)))
  else for (const group of groups) await apart(t, store, group)
}
