import type { RecordStore, SessionData, Store } from '@coatcheck/session'
import { callStore, entriesOf, isHashedId, isTombstone } from '@coatcheck/session/stores'
import { UsageError } from './command.ts'
import { digestOf } from './listing.ts'

/** The live sessions, without the tombstones of a move between stores. */
export async function* sessionsOf(
  store: Store,
): AsyncGenerator<[sid: string, session: SessionData], void, void> {
  for await (const entry of entriesOf(store)) {
    if (!isTombstone(entry[0])) yield entry
  }
}

/** The number of live sessions. Reads them all if the store has no `length`. */
export async function countSessions(store: Store): Promise<number> {
  if (typeof store.length === 'function') return (await callStore<number>(store, 'length')) ?? 0
  let sessions = 0
  for await (const _ of sessionsOf(store)) sessions++
  return sessions
}

/** The ids for each operand. An operand is an id, or a hash from `ls`. */
export async function findIds(store: Store, wanted: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map(wanted.map(name => [name, name.startsWith('sha256:') ? [] : [name]]))
  const hashes = wanted.filter(name => name.startsWith('sha256:'))
  checkHashes(hashes)
  if (hashes.length === 0) return found
  for await (const [sid] of sessionsOf(store)) {
    const digest = digestOf(sid)
    for (const hash of hashes) if (digest.startsWith(hash)) found.get(hash)?.push(sid)
  }
  return found
}

export function checkHashes(hashes: readonly string[]): void {
  if (hashes.every(hash => /^sha256:[0-9a-f]{8,64}$/.test(hash))) return
  throw new UsageError(
    'The hash of an id is sha256: and at least 8 hexadecimal digits, as coatcheck ls shows it',
  )
}

export async function readSession(store: Store, sid: string): Promise<SessionData | undefined> {
  const { keyOf } = store as Partial<RecordStore>
  const isKey = keyOf !== undefined && isHashedId(sid) && keyOf.call(store, 'an id') !== 'an id'
  if (!isKey) return (await callStore<SessionData>(store, 'get', sid)) ?? undefined
  try {
    // For `get`, the hash of an id is no id. An update that changes nothing writes nothing.
    return await (store as RecordStore).update(sid, () => {})
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_SESSION_GONE') throw error
    return undefined
  }
}
