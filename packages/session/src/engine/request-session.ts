import type { ServerResponse } from 'node:http'
import createDebug from 'debug'
import type { Callback } from '../calls/call-store.ts'
import { Calls } from '../concurrency/pending-calls.ts'
import { exchange } from '../concurrency/replace-session.ts'
import { rotate } from '../concurrency/rotation.ts'
import { Writer, type WriterHost } from '../concurrency/writer.ts'
import { Cookie } from '../cookie/cookie.ts'
import {
  appendSetCookie,
  isSecure,
  removeSetCookie,
  setsCookie,
  signSessionId,
} from '../cookie/cookie-header.ts'
import { SessionError } from '../errors.ts'
import { warnSecureCookieNotSent } from '../node/secure-cookie-warning.ts'
import { noteOf } from '../session/loaded.ts'
import {
  HOST,
  type RegenerateOptions,
  type Session,
  type SessionData,
  type SessionHost,
  type SessionRequest,
} from '../session/session.ts'
import { isSession, ownMethods } from '../session/session-shape.ts'
import { loadedSnapshot, type Snapshot, sameSnapshot, takeSnapshot } from '../session/snapshot.ts'
import { isCombined } from '../store/combined-operation.ts'
import type { GetOptions } from '../store/renewal.ts'
import { fullLifetime, sinceLastTouch } from './age.ts'
import { createSession } from './create-session.ts'
import type { Secret, Settings } from './options.ts'
import { TouchOnRead } from './touch-on-read.ts'

const debug = createDebug('express-session')

/** What is left to do for the session when the response is complete. */
export type Plan = 'save' | 'touch' | 'destroy' | 'nothing'

/** The session of one request: what came in, what has been written since, and what that means for the response. */
export class RequestSession implements SessionHost, WriterHost {
  readonly req: SessionRequest
  readonly settings: Settings
  readonly secret: Secret
  /** The id that the client sent. */
  cookieId: string | undefined
  /** The response waits for these. */
  readonly calls: Calls
  readonly writer: Writer
  /** The session as the request began, against which a change is a change. */
  #original: Snapshot | undefined
  /** The last session that was in place, for the cookie's attributes when it is gone. */
  #session: Session | undefined
  /** The session as `plan` has found it, as long as nobody else can have changed it. */
  #current: { session: Session; snapshot: Snapshot } | undefined
  #touched = false
  #read: TouchOnRead | undefined
  #destroyedId: string | undefined
  /** Milliseconds since the stored expiry was last moved, as far as that can be told. */
  #sinceTouch = Number.POSITIVE_INFINITY
  #expiresAtLoad: unknown
  #setCookie: string | undefined

  constructor(req: SessionRequest, settings: Settings, secret: Secret, cookieId: string | undefined) {
    this.req = req
    this.settings = settings
    this.secret = secret
    this.cookieId = cookieId
    this.calls = new Calls(settings.storeTimeout)
    this.writer = new Writer(this, cookieId)
  }

  /** What to ask of the read besides the session. */
  readOptions(): GetOptions | undefined {
    this.#read = TouchOnRead.for(this.req, this.settings)
    return this.#read
  }

  /** A new session has been put in place. */
  generated(): void {
    this.#original = this.snapshot(this.req.session)
    this.#session = this.req.session
  }

  /** The session that is wanted is the one of `cookieId`, which is stored as `sid`. */
  found(cookieId: string, sid: string): void {
    this.cookieId = cookieId
    this.req.sessionID = sid
    this.writer.storedId = sid
    if (sid !== cookieId) this.writer.moveTo(sid)
  }

  /** The session that the store had at `time`, as `data`, has been put in place. */
  loaded(data: SessionData, time: number): void {
    const { session } = this.req
    const noted = noteOf(data)
    this.#original = loadedSnapshot(session, noted?.text, this.settings.saveCookieChanges)
    this.#adopt(session, this.#original, time)
    this.#sinceTouch = sinceLastTouch(session, this.settings.store)
    if (this.#read && noted?.renewed) this.#read.session = session
    this.#refresh(session)
  }

  /** Put the session of `sid`, or of the id that has taken its place, in place of the request's. Tells whether there is one. */
  reload(sid: string, done: Callback<boolean>): void {
    const { req, settings, writer } = this
    const time = settings.tombstones.now
    writer.read(sid, (error, data, found) => {
      if (error || !data) return done(error, false)
      try {
        if (found !== req.sessionID) writer.moveTo(found)
        createSession(req.sessionStore, req, data)
        this.#adopt(req.session, this.snapshot(req.session), time)
      } catch (error) {
        return done(error)
      }
      done(null, true)
    })
  }

  report(error: unknown): void {
    debug('failure: %o', error)
    this.settings.onError?.(error as Error, this.req)
  }

  save(session: Session, done: Callback): void {
    this.writer.save(session, done)
  }

  destroy(session: Session, done: Callback): void {
    this.#destroyedId = session.id
    this.#session = session
    this.writer.destroy(session.id, done)
  }

  regenerate(session: Session, { keep, grace }: RegenerateOptions, done: Callback<boolean>): void {
    if (grace) rotate(this.writer, session, keep, grace, done)
    else this.writer.regenerate(session, done)
  }

  /** Not where a stored session may be a redirect, which leads to another one that has to end as well. */
  get exchanges(): boolean {
    const { store, tombstones } = this.settings
    return !tombstones.rotating && isCombined(store, 'exchange')
  }

  exchange(session: Session, options: RegenerateOptions, done: Callback): void {
    exchange(this.writer, session, options, done)
  }

  /** A save in the middle of a request stores the lifetime that the touch at its end will give. */
  prepare(session: Session): boolean {
    if (this.#touched) return true
    const renews = session.cookie.expires === this.#expiresAtLoad
    if (renews) session.resetMaxAge()
    return renews
  }

  snapshot(session: Session): Snapshot {
    if (this.#current?.session === session) return this.#current.snapshot
    return takeSnapshot(session, this.settings.saveCookieChanges)
  }

  /** Start the session's lifetime anew, once in a request: before the cookie is sent and the session stored. */
  touch(): void {
    if (this.#touched) return
    this.req.session.touch()
    this.#touched = true
  }

  /** Throws `ERR_SESSION_SERIALIZE` when the session cannot be stored, and `ERR_SESSION_NOT_A_SESSION` when it is none. */
  plan(): Plan {
    const { req } = this
    // Where this middleware went on without a session, another one may have made its own.
    if ((req as { [HOST]?: unknown })[HOST] !== this) return 'nothing'
    if (!req.session) return this.#mustDestroy() ? 'destroy' : 'nothing'
    if (!isSession(req.session)) {
      throw new SessionError(
        'ERR_SESSION_NOT_A_SESSION',
        'req.session, or its cookie or touch, was replaced by something else',
      )
    }
    this.touch()
    if (typeof req.sessionID !== 'string') {
      debug('no session is saved: req.sessionID is no string')
      return 'nothing'
    }
    if (this.writer.goneId === req.sessionID) return 'nothing'
    const snapshot = this.snapshot(req.session)
    this.#current = { session: req.session, snapshot }
    if (this.#mustSave(snapshot)) return 'save'
    return this.writer.storedId === req.sessionID && this.#mustTouch() ? 'touch' : 'nothing'
  }

  /** From here on the session may have changed since `plan` has looked at it. */
  forget(): void {
    this.#current = undefined
  }

  /** Add to the response the cookie that the session asks for by now, in place of the one that was added before. */
  sendCookie(res: ServerResponse): void {
    const value = this.#cookieFor(res)
    if (value === this.#setCookie) return
    this.withdrawCookie(res)
    if (value !== undefined) appendSetCookie(res, value)
    this.#setCookie = value
  }

  /** Take the session cookie back from a response that has not been sent. */
  withdrawCookie(res: ServerResponse): void {
    if (this.#setCookie === undefined) return
    removeSetCookie(res, this.#setCookie)
    this.#setCookie = undefined
  }

  get cookieSent(): boolean {
    return this.#setCookie !== undefined
  }

  #adopt(session: Session, snapshot: Snapshot, time: number): void {
    ownMethods(session)
    this.#session = session
    this.#expiresAtLoad = session.cookie.expires
    this.writer.adopt(session, snapshot, time)
    if (!this.settings.resave) this.writer.saved = snapshot
  }

  #mustSave(current: Snapshot): boolean {
    const { saved, writing, storedId } = this.writer
    const untouchedNew = !this.settings.saveUninitialized && !saved && storedId !== this.req.sessionID
    const known = untouchedNew ? this.#original : saved
    return !sameSnapshot(current, known) && !sameSnapshot(current, writing)
  }

  #mustTouch(): boolean {
    const { touchAfter, store, touches } = this.settings
    if (!touches) return false
    const { session } = this.req
    const lifetime = fullLifetime(session, store)
    if (!this.writer.moved && this.#read?.holds(session, lifetime)) return false
    if (touchAfter === 0) return true
    return this.#sinceTouch >= Math.min(touchAfter, lifetime ? lifetime / 2 : Number.POSITIVE_INFINITY)
  }

  #mustSendCookie(): boolean {
    const { req, settings } = this
    if (typeof req.sessionID !== 'string') return false
    if (this.writer.moved && this.writer.storedId === req.sessionID) return true
    const modified = () => !sameSnapshot(this.snapshot(req.session), this.#original)
    if (this.cookieId !== req.sessionID) return settings.saveUninitialized || modified()
    return settings.rolling || (req.session.cookie.expires != null && modified())
  }

  #cookieFor(res: ServerResponse): string | undefined {
    const { req, settings } = this
    if ((req as { [HOST]?: unknown })[HOST] !== this) return undefined
    if (!req.session) return this.#mustClearCookie(res) ? this.#expiredCookie() : undefined
    if (!isSession(req.session) || this.writer.goneId === req.sessionID || !this.#mustSendCookie())
      return undefined
    const fate = settings.tombstones.becameOf(req.session)
    if (fate && !fate.redirect) return undefined
    if (req.session.cookie.secure && !isSecure(req, settings.proxy)) {
      warnSecureCookieNotSent(settings, req)
      return undefined
    }
    this.touch()
    return req.session.cookie.serialize(settings.name, signSessionId(req.sessionID, this.secret))
  }

  /** What was never read is not ended by its absence. */
  #mustDestroy(): boolean {
    const { req, settings } = this
    const ended = this.#session !== undefined && settings.unset === 'destroy' && req.session == null
    return ended && Boolean(req.sessionID) && this.#destroyedId !== req.sessionID
  }

  #mustClearCookie(res: ServerResponse): boolean {
    const { settings, cookieId, req } = this
    const ended = this.#destroyedId !== undefined || (settings.unset === 'destroy' && req.session === null)
    return settings.clearCookie && !!cookieId && ended && !setsCookie(res, settings.name, this.#setCookie)
  }

  /** The browser drops a cookie when it is told so with the attributes that it came with. */
  #expiredCookie(): string {
    const { path, domain, httpOnly, secure, sameSite, partitioned } = this.#session?.cookie ?? new Cookie()
    const attributes = { path, domain, httpOnly, secure, sameSite, partitioned }
    return new Cookie({ ...attributes, expires: new Date(0) }).serialize(this.settings.name, '')
  }

  /** A store that keeps the expiry beside the data gives back the one of the last write, which touches have moved on since. */
  #refresh(session: Session): void {
    const { cookie } = session
    if (typeof cookie.originalMaxAge !== 'number' || cookie.originalMaxAge <= 0) return
    if (cookie.expires instanceof Date && cookie.expires.valueOf() <= Date.now()) {
      session.resetMaxAge()
      this.#expiresAtLoad = cookie.expires
    }
  }
}
