import { encode } from './codec.ts'
import { contentIn } from './serialized.ts'
import type { Session } from './session.ts'

/** A session as it was at one moment: which, and what was in it but for its cookie. */
export interface Snapshot {
  readonly id: string
  readonly content: string
}

/**
 * The content as text: strings are compared, since a hash costs more and can collide. `withAge` makes a new `maxAge` a change of
 * the session. Throws `ERR_SESSION_SERIALIZE` when it cannot be stored.
 */
export function takeSnapshot(session: Session, withAge: boolean): Snapshot {
  return snapshotOf(session, contentOf(session), withAge)
}

/** That of a session just read, whose text has the content in it most of the time. */
export function loadedSnapshot(session: Session, text: string | undefined, withAge: boolean): Snapshot {
  return snapshotOf(session, (text && contentIn(text)) || contentOf(session), withAge)
}

function contentOf(session: Session): string {
  if (isEmpty(session)) return '{}'
  const { cookie: _, ...data } = session
  return encode(JSON, data)
}

/** Most of those who come for the first time leave nothing in theirs. */
function isEmpty(session: Session): boolean {
  if ('toJSON' in session) return false
  for (const key in session) if (key !== 'cookie') return false
  return true
}

function snapshotOf(session: Session, content: string, withAge: boolean): Snapshot {
  return {
    id: session.id,
    content: withAge ? `${content}\n${session.cookie?.originalMaxAge}` : content,
  }
}

export function sameSnapshot(a: Snapshot, b: Snapshot | undefined): boolean {
  return a.id === b?.id && a.content === b.content
}

/** The data of a snapshot as JSON, which has no line breaks of its own: what follows one is not data. */
export function dataOf({ content }: Snapshot): string {
  const end = content.indexOf('\n')
  return end < 0 ? content : content.slice(0, end)
}

export function parseData(json: string): Record<string, unknown> {
  return JSON.parse(json)
}
