import type { StoreHandle } from '../../calls/handle.ts'
import type { Trial } from '../../trial/trial.ts'
import type { CookieInit, Session } from '../../values/session.ts'
import { show } from '../../values/show.ts'
import { lasting } from './listed.ts'

/** A store with an index of owners. */
export function openOwners(t: Trial): Promise<StoreHandle> {
  return t.open({ owners: true })
}

/** Two such stores on the same sessions, or the same store twice if stores share nothing. */
export async function twoOwners(t: Trial): Promise<[StoreHandle, StoreHandle]> {
  const store = await openOwners(t)
  return [store, t.has('shared') ? await openOwners(t) : store]
}

/** The name of an owner that no other rule has, even if stores share everything. */
export function nameIn(store: StoreHandle, name: string): string {
  return `${store.namespace}${name}`
}

/** A session of an owner, or of nobody, that is known by its `n`. */
export function ownedBy(
  t: Trial,
  owner: string | undefined,
  n: number,
  cookie: CookieInit = lasting,
): Session {
  return t.session(owner === undefined ? { n } : { n, owner }, cookie)
}

/** The `n` of the sessions that are listed for an owner, in the order of the list. */
export async function listedOf(store: StoreHandle, owner: string): Promise<unknown[]> {
  return (await store.sessionsOf(owner)).map(({ session }) => session.n)
}

/** Checks that exactly these sessions of an owner are listed and counted, in any order. */
export async function lists(
  t: Trial,
  store: StoreHandle,
  owner: string,
  wanted: readonly number[],
  when: string,
): Promise<void> {
  const found = (await listedOf(store, owner)).sort((a, b) => Number(a) - Number(b))
  t.deepEqual(found, [...wanted], `the n of sessionsOf(${show(owner)}) ${when}`)
  t.equal(await store.ofOwner('countOf', owner), wanted.length, `countOf(${show(owner)}) ${when}`)
}

/** Checks a time that a list tells, within what clocks and whole seconds make of it. */
export function about(t: Trial, got: unknown, ms: number, what: string): void {
  t.ok(got instanceof Date, `${what} is ${show(got)}, want a Date`)
  const off = Math.abs((got as Date).valueOf() - ms)
  const slack = 20_000 + t.granularity + t.recorder.slowest
  t.ok(off <= slack, `${what} is ${Math.round(off / 1000)} s off`)
}
