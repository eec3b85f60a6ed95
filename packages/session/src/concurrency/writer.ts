import type { Callback } from '../calls/call-method.ts'
import { nextTick } from '../calls/timers.ts'
import { hasCode } from '../errors.ts'
import { publishConflict, publishRevivalRefused } from '../events/publish.ts'
import { type Found, readThrough } from '../records/redirect-record.ts'
import { hasEnded } from '../session/lifespan.ts'
import { loadedOf } from '../session/loaded.ts'
import { keepMetadata } from '../session/metadata.ts'
import type { Session, SessionData } from '../session/session.ts'
import { type Snapshot, sameSnapshot } from '../session/snapshot.ts'
import { mergeStored } from './merge-stored.ts'
import { Save } from './save.ts'
import type { Tombstone } from './tombstones.ts'
import type { MergeBase, WriterHost } from './writer-host.ts'

/** Writes the session of one request to the store, while other requests may write it too. */
export class Writer {
  readonly host: WriterHost
  /** What the store is known to have. */
  saved: Snapshot | undefined
  /** What the save under way is writing. */
  writing: Snapshot | undefined
  /** The id of the session that the store has reported as gone. */
  goneId: string | undefined
  /** The id under which the request's session is stored: the client's id, or its successor. */
  storedId: string | undefined
  /** Whether the client does not have that id yet. */
  moved = false
  base: MergeBase = { data: '{}', cookie: undefined }
  /** The new session after a `regenerate` that has failed. */
  #begunInVain: Snapshot | undefined
  #saving = false
  #waiting: (() => void)[] | undefined

  constructor(host: WriterHost, cookieId: string | undefined) {
    this.host = host
    this.storedId = cookieId
  }

  /** Note that `session` is what the store had at `time`. */
  adopt(session: Session, snapshot: Snapshot, time: number): void {
    const { conflict, tombstones } = this.host.settings
    const cookie = conflict === 'overwrite' ? undefined : session.cookie.data
    this.base = { data: snapshot.data, cookie }
    tombstones.know(session, time)
  }

  call<T>(method: string, args: readonly unknown[], done: Callback<T>): void {
    this.host.calls.callMethod(this.host.holder.sessionStore, method, args, done)
  }

  /** Read the session of `sid`, and follow redirects. */
  read(sid: string, done: Found): void {
    const { absoluteTimeout } = this.host.settings
    readThrough((sid, done) => this.call<SessionData>('get', [sid], done), sid, done, absoluteTimeout)
  }

  /** The session of this request has another id from now on. */
  moveTo(sid: string): void {
    this.host.holder.sessionID = sid
    this.storedId = sid
    this.moved = true
    this.host.settings.tombstones.rotating = true
  }

  /** One save of a session at a time: the second sees what the first has written. */
  write(session: Session, done: Callback): void {
    if (this.#saving) {
      const leave = this.host.calls.enter()
      this.#waiting ??= []
      this.#waiting.push(() => leave(() => this.write(session, done)))
      return
    }
    this.#saving = true
    const save = new Save(this, session, error => {
      this.#saving = false
      const next = this.#waiting?.shift()
      if (next) nextTick(next)
      if (hasCode(error, 'ERR_SESSION_GONE')) {
        this.goneId = session.id
        publishRevivalRefused(session.id, 'save')
      }
      const { retries, contested } = save
      if (retries > 0 || contested) publishConflict(session.id, retries, contested?.size ?? 0, !error)
      if (!error && contested) this.host.conflicted([...contested])
      done(error)
    })
    if (loadedOf(session) && this.compares) this.host.settings.queue.enter(session.id, save)
    else save.begin(undefined, () => {})
  }

  /** Merge into `session` what another request has stored meanwhile, without a save. */
  mergeStored(session: Session, done: Callback): void {
    mergeStored(this, session, { progress: undefined, read: this.read.bind(this) }, done)
  }

  /** Move the expiry of the request's session. Calls back with whether it was there, or `undefined` if that is not known. */
  touch(done: Callback<boolean>): void {
    const { session, sessionID } = this.host.holder
    const { tombstones } = this.host.settings
    const tombstone = tombstones.becameOf(session)
    if (tombstone?.redirect) {
      return this.mergeStored(session, error =>
        error ? done(null, false) : Writer.prototype.touch.call(this, done),
      )
    }
    if (tombstone || hasEnded(session)) return done(null, false)
    keepMetadata(session)
    const tells = loadedOf(session) !== undefined
    const time = tombstones.now
    this.call<boolean>('touch', [sessionID, session], (error, present) => {
      if (tells) return done(error, present)
      const later = tombstones.since(sessionID, time)
      if (error || !later) return done(error)
      this.undo(session, later, () => done(null, false))
    })
  }

  /** Note that the store has `session`, as it is in `snapshot`, since `time`. */
  stored(session: Session, snapshot: Snapshot, time: number): void {
    this.saved = snapshot
    this.base = { data: snapshot.data, cookie: this.base.cookie && session.cookie.data }
    this.host.settings.tombstones.know(session, time)
  }

  /** Destroy the session of `sid`, even if its id was replaced. Calls back with whether it was there, if that is known. */
  destroy(sid: string, done: Callback<boolean>): void {
    const { tombstones } = this.host.settings
    const destroy = () => {
      tombstones.add(sid)
      this.call<boolean>('destroy', [sid], (error, present) => {
        // Other requests may have read the session until this answer, so the tombstone gets a later time.
        tombstones.add(sid)
        done(error, present)
      })
    }
    if (tombstones.rotating) this.#endSuccessor(sid, destroy)
    else destroy()
  }

  /**
   * Whether the session is new because a `regenerate` has failed, and the application has not written to it. The old one still exists,
   * and the client keeps its cookie.
   */
  get inVain(): boolean {
    const begun = this.#begunInVain
    if (!begun || begun.id !== this.host.holder.sessionID || begun.id === this.saved?.id) return false
    return sameSnapshot(this.host.snapshot(this.host.holder.session), begun)
  }

  /** Destroy the session and begin a new one. Calls back with whether it was there, if that is known. */
  regenerate(session: Session, done: Callback<boolean>): void {
    const { holder, settings } = this.host
    const { tombstones } = settings
    const sid = holder.sessionID
    const tombstone = tombstones.becameOf(session)
    const regenerate = (lost: boolean) => {
      tombstones.add(sid)
      this.call<boolean>('regenerate', [holder], (error, wasThere) => {
        tombstones.add(sid)
        const begun = error && holder.session?.id !== sid ? holder.session : undefined
        if (begun) this.beginInVain(begun)
        const tells = loadedOf(session) !== undefined
        done(error, !lost && !(tombstone && !tombstone.redirect) && !(tells && wasThere === false))
      })
    }
    if (tombstones.rotating) this.#endSuccessor(sid, regenerate)
    else regenerate(false)
  }

  /** Note that this session was begun because the old one could not be destroyed: the client gets it only if something is written to it. */
  beginInVain(session: Session): void {
    this.#begunInVain = this.host.snapshot(session)
  }

  /** Destroy the successor of `sid`, if there is one. Calls back with whether it had already ended. */
  #endSuccessor(sid: string, done: (lost: boolean) => void): void {
    this.read(sid, (error, data, successor) => {
      if (error || successor === sid) return done(false)
      if (!data) return done(true)
      this.host.settings.tombstones.add(successor)
      this.call('destroy', [successor], () => done(false))
    })
  }

  /** Whether a save compares the stored text. It also does when that may be a redirect or have a device: neither must be overwritten. */
  get compares(): boolean {
    const { conflict, tombstones, dbsc } = this.host.settings
    return conflict !== 'overwrite' || tombstones.rotating || dbsc !== undefined
  }

  /** Undo a write that may have brought back a session, because that was destroyed or replaced meanwhile. */
  undo(session: Session, tombstone: Tombstone, done: () => void): void {
    if (!tombstone.redirect) return this.call('destroy', [session.id], done)
    this.call('set', [session.id, tombstone.redirect], () => {
      const later = this.host.settings.tombstones.since(session.id, tombstone.at)
      if (later && !later.redirect) this.call('destroy', [session.id], done)
      else done()
    })
  }
}
