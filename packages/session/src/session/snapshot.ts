import { type Codec, encode } from './codec.ts'
import { DEVICE } from './device.ts'
import { LIFESPAN } from './lifespan.ts'
import { isMetadata } from './metadata.ts'
import { contentIn } from './serialized.ts'
import type { Session } from './session.ts'

/** A session as it was at one moment. */
export interface Snapshot {
  readonly id: string
  /** Its data as text, without the cookie and the metadata. */
  readonly data: string
  /** `cookie.originalMaxAge`, if a new lifetime counts as a change of the session. */
  readonly maxAge: number | null | undefined
}

/** How snapshots are taken. */
export interface SnapshotSettings {
  /** Makes the text by which sessions are compared: the same text for the same data. */
  readonly comparable: Codec
  /** Whether a new lifetime counts as a change of the session. */
  readonly saveCookieChanges: boolean
}

/**
 * Texts are compared, because a hash costs more and can collide. Throws `ERR_SESSION_SERIALIZE` when the session cannot be stored.
 */
export function takeSnapshot(session: Session, settings: SnapshotSettings): Snapshot {
  return snapshotOf(session, textOf(session, settings.comparable), settings)
}

/** The snapshot of a session that was just read. Its data is usually a part of the stored text. */
export function loadedSnapshot(
  session: Session,
  text: string | undefined,
  settings: SnapshotSettings,
): Snapshot {
  // Other middleware may have written the lifespan in another place.
  const inPlace = !(LIFESPAN in session) || text?.startsWith(`{"${LIFESPAN}"`)
  const quick = text && inPlace && !(DEVICE in session) && contentIn(text)
  return snapshotOf(session, quick || textOf(session, settings.comparable), settings)
}

/** The data of a session, stored or live, as text without its cookie and its metadata. */
export function textOf(session: object, codec: Codec): string {
  if (codec === JSON && isEmpty(session)) return '{}'
  const { cookie: _, ...data } = session as Record<string, unknown>
  if (LIFESPAN in data) delete data[LIFESPAN]
  if (DEVICE in data) delete data[DEVICE]
  return encode(codec, data)
}

export function sameSnapshot(a: Snapshot, b: Snapshot | undefined): boolean {
  return a.id === b?.id && a.data === b.data && a.maxAge === b.maxAge
}

/** A shortcut: most first requests of a visitor leave the session empty. */
function isEmpty(session: object): boolean {
  if ('toJSON' in session) return false
  for (const key in session) if (key !== 'cookie' && !isMetadata(key)) return false
  return true
}

function snapshotOf(session: Session, data: string, { saveCookieChanges }: SnapshotSettings): Snapshot {
  return { id: session.id, data, maxAge: saveCookieChanges ? session.cookie?.originalMaxAge : undefined }
}
