import type { Callback } from '../calls/call-method.ts'
import { nextTick } from '../calls/timers.ts'
import type { CookieData } from '../cookie/cookie.ts'
import { changed, gone } from '../errors.ts'
import { loadedOf, noteLoaded } from '../session/loaded.ts'
import type { Session, SessionData } from '../session/session.ts'
import { dataOf, parseData } from '../session/snapshot.ts'
import type { Data } from './conflict.ts'
import { applyMerged, contestedKeys, merge, mergeCookie } from './merge.ts'
import type { Writer } from './writer.ts'

/** A save on its way through conflicts. */
export interface Progress {
  /** How often it was tried again. */
  retries: number
  /** Whether the save starts the session's lifetime anew: then it counts from the attempt that succeeds. */
  renews: boolean
  /** Keys that another request has changed too. */
  contested: Set<string> | undefined
}

/**
 * Bring into `session` what another request has stored meanwhile, also where it has given the session another id. Fails with
 * `ERR_SESSION_GONE` when there is none any more, and, with `conflict: 'error'`, when its data is no longer what was read.
 */
export function catchUp(
  writer: Writer,
  session: Session,
  progress: Progress | undefined,
  refusal: unknown,
  done: Callback,
): void {
  const { conflict, tombstones } = writer.host.settings
  const time = tombstones.now
  writer.read(session.id, (error, stored, sid) => {
    if (error) return done(error)
    if (!stored) return done(gone())
    const moved = sid !== session.id
    const theirs = JSON.stringify(dataIn(stored))
    if (conflict === 'error' && !(moved && theirs === writer.base.data)) {
      return done(refusal ?? changed())
    }
    const merged =
      conflict === 'overwrite' && !moved
        ? Promise.resolve()
        : bringIn(writer, session, progress, stored, theirs)
    merged
      .then(() => {
        if (moved) moveSession(writer, session, sid)
        noteLoaded(session, loadedOf(stored))
        tombstones.know(session, time)
      })
      .then(
        () => nextTick(done),
        error => nextTick(done, error),
      )
  })
}

async function bringIn(
  writer: Writer,
  session: Session,
  progress: Progress | undefined,
  stored: SessionData,
  theirs: string,
): Promise<void> {
  const { conflict } = writer.host.settings
  const mine = dataOf(writer.host.snapshot(session))
  const [base, own, other] = [writer.base.data, mine, theirs].map(parseData) as [Data, Data, Data]
  const contested = typeof conflict === 'function' ? [] : contestedKeys(base, own, other)
  const merged = await (typeof conflict === 'function' ? conflict : merge)(base, own, other)
  applyMerged(session, parseData(mine), merged)
  const cookie = stored.cookie as CookieData
  const before = writer.base.cookie
  if (before && mergeCookie(before, session.cookie, cookie)) contested.push('cookie')
  if (progress && contested.length)
    progress.contested = new Set([...(progress.contested ?? []), ...contested])
  writer.base = { data: theirs, cookie: before && { ...cookie } }
}

function dataIn({ cookie: _, ...data }: SessionData): object {
  return data
}

function moveSession(writer: Writer, session: Session, sid: string): void {
  Object.defineProperty(session, 'id', { value: sid, configurable: true })
  if (writer.host.holder.session === session) writer.moveTo(sid)
}
