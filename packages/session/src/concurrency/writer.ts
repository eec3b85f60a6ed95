import { backoff } from '../calls/backoff.ts'
import type { Callback } from '../calls/call-method.ts'
import { setTimeout } from '../calls/timers.ts'
import type { CookieData } from '../cookie/cookie.ts'
import { gone, hasCode } from '../errors.ts'
import { loadedOf, noteLoaded } from '../session/loaded.ts'
import { withContent } from '../session/serialized.ts'
import type { Session, SessionData, SessionHolder } from '../session/session.ts'
import { dataOf, type Snapshot } from '../session/snapshot.ts'
import { type Found, readThrough } from '../store/redirect-record.ts'
import { catchUp, type Progress } from './catch-up.ts'
import type { ConcurrencySettings } from './conflict.ts'
import type { PendingCalls } from './pending-calls.ts'
import type { Tombstone } from './tombstones.ts'

/** How often a save is merged and tried again before it fails with `ERR_SESSION_CHANGED`. */
const ATTEMPTS = 50

/** What a writer asks of the request that it writes for. */
export interface WriterHost {
  readonly holder: SessionHolder
  readonly settings: ConcurrencySettings
  /** The response waits for these. */
  readonly calls: PendingCalls
  snapshot(session: Session): Snapshot
  /** The session has been changed. */
  forget(): void
  /**
   * A save in the middle of a request stores the lifetime that the touch at its end will give. Tells whether what is saved starts
   * the lifetime anew.
   */
  prepare(session: Session): boolean
  report(error: unknown): void
  /** A save has overwritten these top-level keys, which another request had changed too. */
  conflicted(keys: readonly string[]): void
}

/** What a request's changes were made to: the base of a merge. */
export interface MergeBase {
  readonly data: string
  /** Kept where it may be merged. */
  readonly cookie: CookieData | undefined
}

/** Writes the session of one request to the store, beside others that do the same. */
export class Writer {
  readonly host: WriterHost
  /** What the store is known to have. */
  saved: Snapshot | undefined
  /** What a save that has not been answered yet is writing. */
  writing: Snapshot | undefined
  /** The session that the store has told is no longer there. */
  goneId: string | undefined
  /** The id under which the request's session is in the store: the client's, or the one that has taken its place. */
  storedId: string | undefined
  /** The client does not have that id yet. */
  moved = false
  base: MergeBase = { data: '{}', cookie: undefined }
  #saves: Promise<unknown> | undefined

  constructor(host: WriterHost, cookieId: string | undefined) {
    this.host = host
    this.storedId = cookieId
  }

  /** `session` is what the store had at `time`. */
  adopt(session: Session, snapshot: Snapshot, time: number): void {
    const { conflict, tombstones } = this.host.settings
    this.base = {
      data: dataOf(snapshot),
      cookie: conflict === 'overwrite' ? undefined : session.cookie.data,
    }
    tombstones.know(session, time)
  }

  call<T>(method: string, args: readonly unknown[], done: Callback<T>): void {
    this.host.calls.callMethod(this.host.holder.sessionStore, method, args, done)
  }

  /** Read the session of `sid`, or of the id that has taken its place. */
  read(sid: string, done: Found): void {
    readThrough((sid, done) => this.call<SessionData>('get', [sid], done), sid, done)
  }

  /** The session of this request has another id from now on. */
  moveTo(sid: string): void {
    this.host.holder.sessionID = sid
    this.storedId = sid
    this.moved = true
    this.host.settings.tombstones.rotating = true
  }

  /** One save of a session at a time: the second sees what the first has written. */
  save(session: Session, done: Callback): void {
    if (this.#saves) {
      const leave = this.host.calls.enter()
      this.#saves.then(() => leave(() => this.save(session, done)))
      return
    }
    let finish = () => {}
    this.#saves = new Promise<void>(resolve => {
      finish = resolve
    })
    const progress: Progress = { retries: 0, renews: false, contested: undefined }
    this.#try(session, progress, error => {
      this.#saves = undefined
      finish()
      if (hasCode(error, 'ERR_SESSION_GONE')) this.goneId = session.id
      if (!error && progress.contested) this.#tell(progress.contested)
      done(error)
    })
  }

  /** Bring into `session` what another request has stored meanwhile, without a save. */
  catchUp(session: Session, done: Callback): void {
    catchUp(this, session, undefined, undefined, done)
  }

  /** Move the expiry of the request's session. Tells whether it was there; `undefined` where that is not known. */
  touch(done: Callback<boolean>): void {
    const { session, sessionID } = this.host.holder
    const { tombstones } = this.host.settings
    const fate = tombstones.becameOf(session)
    if (fate?.redirect) {
      return this.catchUp(session, error => (error ? done(null, false) : this.touch(done)))
    }
    if (fate) return done(null, false)
    const tells = loadedOf(session) !== undefined
    const time = tombstones.now
    this.call<boolean>('touch', [sessionID, session], (error, present) => {
      if (tells) return done(error, present)
      const tombstone = tombstones.since(sessionID, time)
      if (error || !tombstone) return done(error)
      this.#undo(session, tombstone, () => done(null, false))
    })
  }

  /** The store has `session` as it is in `snapshot`, since `time`. */
  stored(session: Session, snapshot: Snapshot, time: number): void {
    this.saved = snapshot
    this.base = { data: dataOf(snapshot), cookie: this.base.cookie && session.cookie.data }
    this.host.settings.tombstones.know(session, time)
  }

  /** Destroy the session of `sid`, also where its id was replaced. */
  destroy(sid: string, done: Callback): void {
    const { tombstones } = this.host.settings
    const destroy = () => {
      tombstones.leave(sid)
      this.call('destroy', [sid], (error, present) => {
        // What was read before the store has answered may have been read before it was destroyed.
        tombstones.leave(sid)
        done(error, present as undefined)
      })
    }
    if (tombstones.rotating) this.#endSuccessor(sid, destroy)
    else destroy()
  }

  /** Destroy the session of `sid` and begin a new one. Tells whether it was there, where that is known. */
  regenerate(session: Session, done: Callback<boolean>): void {
    const { holder, settings } = this.host
    const { tombstones } = settings
    const sid = holder.sessionID
    const fate = tombstones.becameOf(session)
    const regenerate = (lost: boolean) => {
      tombstones.leave(sid)
      this.call<boolean>('regenerate', [holder], (error, wasThere) => {
        tombstones.leave(sid)
        const tells = loadedOf(session) !== undefined
        done(error, !lost && !(fate && !fate.redirect) && !(tells && wasThere === false))
      })
    }
    if (tombstones.rotating) this.#endSuccessor(sid, regenerate)
    else regenerate(false)
  }

  /** One that has taken the place of `sid` ends with it. Tells whether it had ended before. */
  #endSuccessor(sid: string, done: (lost: boolean) => void): void {
    this.read(sid, (error, data, successor) => {
      if (error || successor === sid) return done(false)
      if (!data) return done(true)
      this.host.settings.tombstones.leave(successor)
      this.call('destroy', [successor], () => done(false))
    })
  }

  #try(session: Session, progress: Progress, done: Callback): void {
    const { tombstones, conflict } = this.host.settings
    let snapshot: Snapshot
    try {
      if (progress.retries === 0) progress.renews = this.host.prepare(session)
      else if (progress.renews) session.resetMaxAge()
      snapshot = this.host.snapshot(session)
    } catch (error) {
      return done(error)
    }
    const again: Callback = error => {
      this.host.forget()
      if (error) done(error)
      else this.#try(session, progress, done)
    }
    const fate = tombstones.becameOf(session)
    if (fate) return fate.redirect ? catchUp(this, session, progress, undefined, again) : done(gone())

    const loaded = loadedOf(session)
    // A redirect is never written over.
    const compare = conflict !== 'overwrite' || tombstones.rotating
    if (loaded) noteLoaded(session, { ...loaded, compare })
    const time = tombstones.now
    this.writing = snapshot
    const written: Callback = error => {
      this.writing = undefined
      if (hasCode(error, 'ERR_SESSION_CHANGED') && progress.retries++ < ATTEMPTS) {
        return this.#later(backoff(progress.retries), () => catchUp(this, session, progress, error, again))
      }
      if (error) return done(error)
      const tombstone = loadedOf(session) ? undefined : tombstones.since(session.id, time)
      if (tombstone) {
        tombstones.know(session, time)
        return this.#undo(session, tombstone, () => (tombstone.redirect ? again() : done(gone())))
      }
      this.stored(session, snapshot, time)
      done()
    }
    withContent(session, dataOf(snapshot), () => this.call('set', [session.id, session], written))
  }

  /** The response waits. */
  #later(ms: number, work: () => void): void {
    if (ms === 0) return work()
    const leave = this.host.calls.enter()
    setTimeout(() => leave(work), ms)
  }

  /** The session has tombstones during a write, which may have brought it back. */
  #undo(session: Session, tombstone: Tombstone, done: () => void): void {
    if (tombstone.redirect) this.call('set', [session.id, tombstone.redirect], done)
    else this.call('destroy', [session.id], done)
  }

  #tell(contested: ReadonlySet<string>): void {
    this.host.conflicted([...contested])
  }
}
