import type { RecordStore } from '@coatcheck/session'
import type { DatabaseServer } from '@coatcheck/store-conformance/containers'
import { expect } from 'vitest'
import { sessionOf } from './session-of.ts'
import { hearWarnings } from './warnings.ts'

/** From the eleventh listener of one event on, Node warns. */
const STORES = Array.from({ length: 11 }, (_, i) => i)

/** Eleven stores on what they share. */
export interface ManyStores {
  readonly make: (i: number) => RecordStore
  /** How many listeners there are on what they share. */
  readonly listeners?: () => number
  /** Whether it connects again. Default `true`. */
  readonly recovers?: boolean
  end?(): unknown
}

/** All stores at once, so that each waits for a connection, and with what may take a transaction. */
async function useAll(stores: readonly RecordStore[]): Promise<Set<PromiseSettledResult<unknown>['status']>> {
  const calls = stores.flatMap((store, i) => [
    store.set(`${i}`, sessionOf({ i }, 60_000)),
    store.get(`${i}`),
    store.touch('nobody', sessionOf({}, 60_000)),
    store.exchange(`${i}-old`, `${i}-new`, sessionOf({ i }, 60_000)),
    store.destroy(`${i}-new`),
  ])
  return new Set((await Promise.allSettled(calls)).map(({ status }) => status))
}

/** Use the stores and close them: nothing may have warned of listeners, and none is left. */
async function withoutWarning(
  { make, listeners, end }: ManyStores,
  use: (stores: readonly RecordStore[]) => Promise<void>,
): Promise<void> {
  const heard = hearWarnings()
  const before = listeners?.()
  const stores = STORES.map(make)
  await use(stores)
  await Promise.all(stores.map(store => store.close()))
  expect(listeners?.()).toBe(before)
  await end?.()
  expect(heard.filter(warning => /MaxListeners/.test(warning))).toEqual([])
}

/** What eleven stores do when their server goes away, and when it is back. */
export function throughAnOutage(server: DatabaseServer, many: ManyStores): Promise<void> {
  return withoutWarning(many, async stores => {
    expect(await useAll(stores)).toEqual(new Set(['fulfilled']))
    await server.stopServer()
    expect(await useAll(stores)).toEqual(new Set(['rejected']))
    await server.startServer()
    if (many.recovers ?? true) while ((await useAll(stores)).has('rejected'));
  })
}

/** What eleven stores do while nothing is wrong. */
export function throughRounds(many: ManyStores): Promise<void> {
  return withoutWarning(many, async stores => {
    for (let round = 0; round < 3; round++) expect(await useAll(stores)).toEqual(new Set(['fulfilled']))
  })
}
