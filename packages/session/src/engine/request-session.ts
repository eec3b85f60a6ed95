import createDebug from 'debug'
import type { Callback } from '../calls/call-method.ts'
import { PendingCalls } from '../concurrency/pending-calls.ts'
import { replaceSession } from '../concurrency/replace-session.ts'
import { rotate } from '../concurrency/rotation.ts'
import { Writer } from '../concurrency/writer.ts'
import type { WriterHost } from '../concurrency/writer-host.ts'
import type { Secret } from '../cookie/secret.ts'
import type { SignedId } from '../cookie/session-ids.ts'
import { SessionError } from '../errors.ts'
import { loadedOf, noteOf } from '../session/loaded.ts'
import {
  HOST,
  type RegenerateOptions,
  type Session,
  type SessionData,
  type SessionHost,
} from '../session/session.ts'
import { isSession, ownMethods } from '../session/session-shape.ts'
import { loadedSnapshot, type Snapshot, sameSnapshot, takeSnapshot } from '../session/snapshot.ts'
import { isCombined } from '../store/combined-operation.ts'
import type { GetOptions } from '../store/renewal.ts'
import { fullLifetime, sinceLastTouch } from './age.ts'
import { createSession } from './create-session.ts'
import type { Door } from './door.ts'
import { tell, warnOfOnError } from './hooks.ts'
import { type KeptAlive, keepAlive } from './keep-alive.ts'
import type { Settings } from './settings.ts'
import { TouchOnRead } from './touch-on-read.ts'

const debug = createDebug('express-session')

/** What is left to do for the session when the response is complete. */
export type Plan = 'save' | 'touch' | 'destroy' | 'nothing'

/** The session of one request: what was read, what has been written since, and what is left to do. */
export class RequestSession implements SessionHost, WriterHost {
  readonly door: Door
  readonly settings: Settings
  /** Signs the cookie. */
  readonly secret: Secret
  /** The id that the client sent. */
  cookieId: string | undefined
  /** The client's cookie is signed by an older secret: it is sent again. */
  outdated: boolean
  /** Calls of the store that the response waits for. */
  readonly calls: PendingCalls
  readonly writer: Writer
  /** The `Set-Cookie` value that the response carries for this session. */
  setCookie: string | undefined
  /** The id of the session that has been destroyed. */
  destroyedId: string | undefined
  keepAliveTimer: NodeJS.Timeout | undefined
  keepAliveDue = 0
  keepAliveEntry: KeptAlive['keepAliveEntry']
  /** The response is complete, and what is left to do for the session has begun. */
  completed = false
  /** The last session that was in place: the attributes of its cookie clear the cookie when it is gone. */
  lastSession: Session | undefined
  /** The session as the request began. A difference to it is a change. */
  #original: Snapshot | undefined
  /** The session as `plan` has found it, as long as nobody else can have changed it. */
  #current: { session: Session; snapshot: Snapshot } | undefined
  #touched = false
  /** The id of the session that the application has asked to destroy. */
  #endingId: string | undefined
  #read: TouchOnRead | undefined
  /** Milliseconds since the stored expiry was last moved, as far as that is known. */
  #sinceTouch = Number.POSITIVE_INFINITY
  #expiresAtLoad: unknown

  /** `cookie` is the first verified id that the client sent. */
  constructor(door: Door, settings: Settings, secret: Secret, cookie: SignedId | undefined) {
    const cookieId = cookie?.id
    this.door = door
    this.settings = settings
    this.secret = secret
    this.cookieId = cookieId
    this.outdated = cookie?.outdated ?? false
    this.calls = new PendingCalls(settings.storeTimeout)
    this.writer = new Writer(this, cookieId)
    const { holder } = door
    Object.assign(holder, { sessionStore: settings.store, sessionID: cookieId })
    Object.defineProperty(holder, HOST, { value: this, configurable: true })
  }

  get holder(): Door['holder'] {
    return this.door.holder
  }

  /** Whether this middleware is the one whose session the request has. Another one may have made its own. */
  get inPlace(): boolean {
    return (this.holder as { [HOST]?: unknown })[HOST] === this
  }

  /** Options for the read of the session. */
  readOptions(): GetOptions | undefined {
    this.#read = TouchOnRead.for(this.door.method, this.settings)
    return this.#read
  }

  /** A new session has been put in place. */
  generated(): void {
    this.#original = this.snapshot(this.holder.session)
    this.lastSession = this.holder.session
  }

  /** The session that this cookie names is stored as `sid`. */
  found({ id, outdated }: SignedId, sid: string): void {
    this.cookieId = id
    this.outdated = outdated
    this.holder.sessionID = sid
    this.writer.storedId = sid
    if (sid !== id) this.writer.moveTo(sid)
  }

  /** The session that the store had at `time`, as `data`, has been put in place. */
  loaded(data: SessionData, time: number): void {
    const { session } = this.holder
    const noted = noteOf(data)
    this.#original = loadedSnapshot(session, noted?.text, this.settings)
    this.#adopt(session, this.#original, time)
    this.#sinceTouch = sinceLastTouch(session, this.settings.store)
    if (this.#read && noted?.renewed) this.#read.session = session
    this.#refresh(session)
    keepAlive(
      this,
      noted?.renewed ? (fullLifetime(session, this.settings.store) ?? 0) : this.#remaining(session),
    )
  }

  /** Start the stored session's lifetime anew while the request goes on. Gives it in milliseconds; `undefined` where there is nothing to extend. */
  extend(): number | undefined {
    const { holder, settings, writer } = this
    const { session } = holder
    if (this.completed || !this.inPlace || !session || !isSession(session)) return undefined
    if (writer.storedId !== holder.sessionID || writer.goneId === holder.sessionID) return undefined
    if (!this.#touched && session.cookie.expires === this.#expiresAtLoad) {
      session.resetMaxAge()
      this.#expiresAtLoad = session.cookie.expires
    }
    return fullLifetime(session, settings.store)
  }

  /** Read the session of `sid` again, following redirects, and put it in place. Tells whether there is one. */
  reload(sid: string, done: Callback<boolean>): void {
    const { holder, settings, writer } = this
    const time = settings.tombstones.now
    writer.read(sid, (error, data, found) => {
      if (error || !data) return done(error, false)
      try {
        if (found !== holder.sessionID) writer.moveTo(found)
        createSession(settings.store, holder, data)
        this.#adopt(holder.session, this.snapshot(holder.session), time)
      } catch (error) {
        return done(error)
      }
      done(null, true)
    })
  }

  report(error: unknown): void {
    debug('failure: %o', error)
    tell(this.settings.onError, [error, this.door.request], warnOfOnError)
  }

  conflicted(keys: readonly string[]): void {
    tell(this.settings.onConflict, [{ keys }, this.door.request], error => this.report(error))
  }

  save(session: Session, done: Callback): void {
    this.writer.save(session, done)
  }

  destroy(session: Session, done: Callback<boolean>): void {
    this.lastSession = session
    this.#endingId = session.id
    this.writer.destroy(session.id, (error, present) => {
      if (!error) this.destroyedId = session.id
      done(error, present)
    })
  }

  regenerate(session: Session, { keep, grace }: RegenerateOptions, done: Callback<boolean>): void {
    if (grace) rotate(this.writer, session, keep, grace, done)
    else this.writer.regenerate(session, done)
  }

  /** Not where this process knows redirects: the session that one leads to has to end as well. */
  get canReplace(): boolean {
    return !this.settings.tombstones.rotating && isCombined(this.settings.store, 'exchange')
  }

  replace(session: Session, options: RegenerateOptions, done: Callback): void {
    replaceSession(this.writer, session, options, done)
  }

  prepare(session: Session): boolean {
    if (this.#touched) return true
    const renews = session.cookie.expires === this.#expiresAtLoad
    if (renews) session.resetMaxAge()
    return renews
  }

  snapshot(session: Session): Snapshot {
    if (this.#current?.session === session) return this.#current.snapshot
    return takeSnapshot(session, this.settings)
  }

  /** Whether the request has changed the session. */
  get modified(): boolean {
    return !sameSnapshot(this.snapshot(this.holder.session), this.#original)
  }

  /** Start the session's lifetime anew, once in a request: before the cookie is sent and the session stored. */
  touch(): void {
    if (this.#touched) return
    this.holder.session.touch()
    this.#touched = true
  }

  /** Throws `ERR_SESSION_SERIALIZE` when the session cannot be stored, and `ERR_SESSION_NOT_A_SESSION` when something else is in place. */
  plan(): Plan {
    const { holder } = this
    if (!this.inPlace) return 'nothing'
    if (!holder.session) return this.#mustDestroy() ? 'destroy' : 'nothing'
    if (!isSession(holder.session)) {
      throw new SessionError(
        'ERR_SESSION_NOT_A_SESSION',
        'req.session, or its cookie or touch, was replaced by something else',
      )
    }
    this.touch()
    if (typeof holder.sessionID !== 'string') {
      debug('no session is saved: req.sessionID is not a string')
      return 'nothing'
    }
    if (this.writer.goneId === holder.sessionID) return 'nothing'
    const snapshot = this.snapshot(holder.session)
    this.#current = { session: holder.session, snapshot }
    if (this.#mustSave(snapshot)) return 'save'
    return this.writer.storedId === holder.sessionID && this.#mustTouch() ? 'touch' : 'nothing'
  }

  /** From here on the session may differ from what `plan` has seen. */
  forget(): void {
    this.#current = undefined
  }

  /** Milliseconds that are left of a session that was just read; 0 where that is not known. */
  #remaining({ cookie }: Session): number {
    const { expires } = cookie
    const shown = expires instanceof Date ? expires.valueOf() - Date.now() : 0
    return loadedOf(this.holder.session)?.ttl ?? shown
  }

  #adopt(session: Session, snapshot: Snapshot, time: number): void {
    ownMethods(session)
    this.lastSession = session
    this.#expiresAtLoad = session.cookie.expires
    this.writer.adopt(session, snapshot, time)
    if (!this.settings.resave) this.writer.saved = snapshot
  }

  #mustSave(current: Snapshot): boolean {
    const { saved, writing, storedId } = this.writer
    const untouchedNew = !this.settings.saveUninitialized && !saved && storedId !== this.holder.sessionID
    const known = untouchedNew ? this.#original : saved
    return !sameSnapshot(current, known) && !sameSnapshot(current, writing)
  }

  #mustTouch(): boolean {
    const { touchAfter, store, touches } = this.settings
    if (!touches) return false
    const { session } = this.holder
    const lifetime = fullLifetime(session, store)
    if (!this.writer.moved && this.#read?.holds(session, lifetime)) return false
    if (touchAfter === 0) return true
    return this.#sinceTouch >= Math.min(touchAfter, lifetime ? lifetime / 2 : Number.POSITIVE_INFINITY)
  }

  /** With `unset: 'destroy'`. A session that was never read is not ended by its absence. */
  #mustDestroy(): boolean {
    const { holder, settings, lastSession } = this
    const ended = lastSession !== undefined && settings.unset === 'destroy' && holder.session == null
    return ended && Boolean(holder.sessionID) && this.#endingId !== holder.sessionID
  }

  /** A store that keeps the expiry in the data gives the one of the last write. Touches have moved the real one since. */
  #refresh(session: Session): void {
    const { cookie } = session
    if (typeof cookie.originalMaxAge !== 'number' || cookie.originalMaxAge <= 0) return
    if (cookie.expires instanceof Date && cookie.expires.valueOf() <= Date.now()) {
      session.resetMaxAge()
      this.#expiresAtLoad = cookie.expires
    }
  }
}
