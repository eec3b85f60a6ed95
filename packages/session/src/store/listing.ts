import { callStore, offers } from '../calls/any-store.ts'
import type { SessionData } from '../session/session.ts'

/** Whether the store can list its sessions. */
export function lists(store: object): boolean {
  return offers(store, 'entries') || offers(store, 'all')
}

/**
 * The live sessions of any store with their ids: page by page if it has `entries`, otherwise with `all`. Throws a TypeError when it has
 * neither, or when `all` returns sessions without ids.
 */
export async function* entriesOf(
  store: object,
): AsyncGenerator<[sid: string, session: SessionData], void, void> {
  if (offers(store, 'entries')) {
    return yield* (store as { entries(): AsyncIterable<[string, SessionData]> }).entries()
  }
  if (!offers(store, 'all')) {
    throw new TypeError('The store cannot list its sessions: it has neither entries() nor all()')
  }
  const sessions = (await callStore<object>(store, 'all')) ?? {}
  if (!Array.isArray(sessions)) return yield* Object.entries(sessions as Record<string, SessionData>)
  for (const session of sessions as (SessionData & { id?: unknown })[]) {
    const { id, ...data } = session
    if (typeof id !== 'string')
      throw new TypeError('The store cannot list its sessions: its all() returns no ids')
    yield [id, data as SessionData]
  }
}
