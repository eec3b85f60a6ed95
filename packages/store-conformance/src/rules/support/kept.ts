import type { StoreHandle } from '../../calls/handle.ts'
import { textOf } from '../../errors.ts'
import type { Trial } from '../../trial/trial.ts'

/** Saves `data` under `sid` and checks that it comes back unchanged. */
export async function kept(
  t: Trial,
  store: StoreHandle,
  sid: string,
  data: object,
  what: string,
): Promise<void> {
  await store.set(sid, t.session(data))
  await readBack(t, store, sid, data, `after set() of ${what}`)
}

/**
 * The same for data that a store may refuse. Only an error from set() is a refusal. Then get() finds nothing, or the same data, if the
 * store has saved it in spite of the error. Data that get() cannot read was not kept.
 */
export async function keptOrRefused(
  t: Trial,
  store: StoreHandle,
  sid: string,
  data: object,
  what: string,
): Promise<'kept' | 'refused'> {
  const refused = t.refused(await store.outcome('set', [sid, t.session(data)]))
  if (refused && t.isMiss(await store.outcome('get', [sid]))) return 'refused'
  await readBack(t, store, sid, data, `after set()${refused ? ', which failed,' : ''} of ${what}`)
  return refused ? 'refused' : 'kept'
}

async function readBack(
  t: Trial,
  store: StoreHandle,
  sid: string,
  data: object,
  when: string,
): Promise<void> {
  const found = await store.outcome('get', [sid])
  const call = `get(${JSON.stringify(sid)}) ${when}`
  const missed = t.isMiss(found)
  t.ok(missed || !found.failed, `${call} failed with ${textOf(found.error)}`)
  t.same(missed ? undefined : found.value, data, call)
}
