import { backoff } from '../calls/backoff.ts'
import { sleep } from '../calls/timers.ts'
import { changed, gone } from '../errors.ts'
import { UPDATE } from '../events/trace.ts'
import { redirectOf } from '../records/redirect-record.ts'
import { encode } from '../session/codec.ts'
import { loadedOf } from '../session/loaded.ts'
import { metadataIn, withMetadata } from '../session/metadata.ts'
import type { SessionData } from '../session/session.ts'
import type { SessionRecords } from './session-records.ts'

/**
 * Changes the session in place, or returns the data that replaces it. It may be called again, with newer data. If the returned data has
 * no `cookie`, the session keeps its own.
 */
export type SessionChange = (session: StoredSession) => void | object | Promise<void | object>

/** A session as plain data. */
export type StoredSession = SessionData & Record<string, unknown>

/** How often a change is tried while other writers are faster. */
const ATTEMPTS = 50

type Read = (sid: string) => Promise<SessionData | undefined>

/** Read, change and write a session, and start again if another writer was faster. Returns the session as stored. */
export function updateRecord(
  records: SessionRecords,
  read: Read,
  sid: string,
  change: SessionChange,
): Promise<StoredSession> {
  if (!UPDATE.traced) return changeRecord(records, read, sid, change)
  return UPDATE.tracePromise(sid, () => changeRecord(records, read, sid, change))
}

async function changeRecord(
  records: SessionRecords,
  read: Read,
  sid: string,
  change: SessionChange,
): Promise<StoredSession> {
  let id = sid
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const session = (await read(id)) as StoredSession | undefined
    const loaded = session && loadedOf(session)
    if (!session || !loaded) throw gone()
    const redirect = redirectOf(session)
    if (redirect) {
      if (redirect.until <= Date.now()) throw gone()
      id = records.successorOf(id, session) as string
      continue
    }
    const end = Date.now() + loaded.ttl
    const before = encode(records.codec, session)
    const cookie = JSON.stringify(session.cookie)
    const kept = metadataIn(session)
    const next = withMetadata(withCookie(session, (await change(session)) ?? session), kept)
    const data = encode(records.codec, next)
    if (data === before) return next
    const same = JSON.stringify(next.cookie) === cookie
    const ttl = same ? end - Date.now() : records.lifetimeOf(next)
    const result = ttl > 0 ? await records.replace(id, next, ttl, loaded) : 'missing'
    if (result === 'missing') throw gone()
    if (result === 'updated') return next
    await sleep(backoff(attempt + 1))
  }
  throw changed()
}

function withCookie({ cookie }: SessionData, data: object): StoredSession {
  return 'cookie' in data ? (data as StoredSession) : ({ cookie, ...data } as StoredSession)
}
