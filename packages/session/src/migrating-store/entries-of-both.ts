import { callStore } from '../calls/any-store.ts'
import { isTombstone } from '../records/id-forms.ts'
import type { SessionData } from '../session/session.ts'
import { entriesOf } from '../store/listing.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { Copier } from './copier.ts'
import { isProvisional } from './copy.ts'

interface Stores {
  /** `undefined` when everything was copied. */
  readonly from: object | undefined
  readonly to: RecordStore
  readonly copier: Copier
}

/** The live sessions of both stores, those of the old store first. If `to` hashes ids, all of them have hashes. */
export async function* entriesOfBoth({
  from,
  to,
  copier,
}: Stores): AsyncGenerator<[sid: string, session: SessionData], void, void> {
  // The old store cannot find a session by its hash, so these hashes are remembered.
  const given = new Set<string>()
  for await (const [sid, session] of from ? entriesOf(from) : []) {
    const here = await to.get(sid)
    const live = here && !isProvisional(here) ? here : session
    if (live === session && (await copier.destroyed(sid))) continue
    const key = to.keyOf(sid)
    if (key !== sid) given.add(key)
    yield [key, live]
  }
  for await (const [sid, session] of to.entries()) {
    if (isTombstone(sid) || isProvisional(session) || given.has(sid)) continue
    if (!from || !(await callStore(from, 'get', sid))) yield [sid, session]
  }
}
