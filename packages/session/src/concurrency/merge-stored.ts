import type { Callback } from '../calls/call-method.ts'
import { nextTick } from '../calls/timers.ts'
import type { CookieData } from '../cookie/cookie.ts'
import { changed, gone } from '../errors.ts'
import type { Found } from '../records/redirect-record.ts'
import { loadedOf, noteLoaded } from '../session/loaded.ts'
import { shareMetadata } from '../session/metadata.ts'
import type { Session, SessionData } from '../session/session.ts'
import { textOf } from '../session/snapshot.ts'
import type { Data } from './conflict.ts'
import { applyMerged, contestedKeys, merge, mergeCookie } from './merge.ts'
import type { MergeBase, WriterHost } from './writer-host.ts'

/** The progress of a save through conflicts. */
export interface Progress {
  /** Keys that another request has changed too. */
  contested: Set<string> | undefined
}

/** The writer of the request's session. */
export interface SessionWriter {
  readonly host: WriterHost
  base: MergeBase
  /** The session of this request has another id from now on. */
  moveTo(sid: string): void
}

/** What a save gives to `mergeStored`. */
export interface StoredMerge {
  readonly progress: Progress | undefined
  /** The error with which the store has refused the save. */
  readonly refusal?: unknown
  /** Reads the session as it is stored now. */
  read(sid: string, found: Found): void
}

/**
 * Merge into `session` what another request has stored meanwhile, even if that request has given the session another id. Fails with
 * `ERR_SESSION_GONE` when the session has ended, and, with `conflict: 'error'`, when its data has changed since it was read.
 */
export function mergeStored(
  writer: SessionWriter,
  session: Session,
  { progress, refusal, read }: StoredMerge,
  done: Callback,
): void {
  const { conflict, dbsc, tombstones, comparable } = writer.host.settings
  const time = tombstones.now
  read(session.id, (error, stored, sid) => {
    if (error) return done(error)
    if (!stored) return done(gone())
    let theirs: string
    try {
      theirs = textOf(stored, comparable)
    } catch (failure) {
      return done(failure)
    }
    // A new id, or another challenge for the device, is no change of the data.
    const elsewhere = sid !== session.id || dbsc !== undefined
    if (conflict === 'error' && !(elsewhere && theirs === writer.base.data)) return done(refusal ?? changed())
    mergeWith(writer, session, { stored, theirs, sid, progress }, error => {
      if (!error) tombstones.know(session, time)
      done(error)
    })
  })
}

/** What another request has written, or is about to write. */
export interface Theirs {
  readonly stored: SessionData
  /** Its data as text. */
  readonly theirs: string
  /** The id under which it is stored. */
  readonly sid: string
  readonly progress: Progress | undefined
}

/** Merge into `session` what another request has written. */
export function mergeWith(writer: SessionWriter, session: Session, theirs: Theirs, done: Callback): void {
  const { stored, sid } = theirs
  const moved = sid !== session.id
  const overwrites = writer.host.settings.conflict === 'overwrite' && !moved
  const merged = overwrites ? Promise.resolve() : bringIn(writer, session, theirs)
  merged
    .then(() => {
      if (moved) moveSession(writer, session, sid)
      shareMetadata(session, stored)
      noteLoaded(session, loadedOf(stored))
    })
    .then(
      () => nextTick(done),
      failure => nextTick(done, failure),
    )
}

async function bringIn(
  writer: SessionWriter,
  session: Session,
  { stored, theirs, progress }: Theirs,
): Promise<void> {
  const { conflict, comparable } = writer.host.settings
  const mine = writer.host.snapshot(session).data
  const parse = (text: string) => comparable.parse(text) as Data
  const [base, own, other] = [writer.base.data, mine, theirs].map(parse) as [Data, Data, Data]
  const contested = typeof conflict === 'function' ? [] : contestedKeys(base, own, other, comparable)
  const merged =
    typeof conflict === 'function' ? await conflict(base, own, other) : merge(base, own, other, comparable)
  applyMerged(session, parse(mine), merged, comparable)
  const cookie = stored.cookie as CookieData
  const before = writer.base.cookie
  if (before && mergeCookie(before, session.cookie, cookie)) contested.push('cookie')
  if (progress && contested.length)
    progress.contested = new Set([...(progress.contested ?? []), ...contested])
  writer.base = { data: theirs, cookie: before && { ...cookie } }
}

function moveSession(writer: SessionWriter, session: Session, sid: string): void {
  Object.defineProperty(session, 'id', { value: sid, configurable: true })
  if (writer.host.holder.session === session) writer.moveTo(sid)
}
