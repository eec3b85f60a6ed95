import type { ServerResponse } from 'node:http'
import createDebug from 'debug'
import { fullLifetime, sinceLastTouch } from './age.ts'
import type { Callback } from './ask.ts'
import { Calls } from './calls.ts'
import { Cookie } from './cookie.ts'
import { appendSetCookie, isSecure, removeSetCookie, setsCookie, signSessionId } from './cookie-header.ts'
import { hasCode, SessionError } from './errors.ts'
import { loadedOf, noteLoaded, textOf } from './loaded.ts'
import { applyMerged, merge } from './merge.ts'
import type { Secret, Settings } from './options.ts'
import { withContent } from './serialized.ts'
import { HOST, type Session, type SessionData, type SessionHost, type SessionRequest } from './session.ts'
import { isSession, ownMethods } from './session-shape.ts'
import { dataOf, loadedSnapshot, parseData, type Snapshot, sameSnapshot, takeSnapshot } from './snapshot.ts'
import { warnWithheld } from './withheld.ts'

const debug = createDebug('express-session')

/** How often a save is merged and tried again before it fails with `ERR_SESSION_CHANGED`. */
const MERGE_ATTEMPTS = 20

/** What is left to do for the session when the response is complete. */
export type Plan = 'save' | 'touch' | 'destroy' | 'nothing'

/** The session of one request: what came in, what has been written since, and what that means for the response. */
export class RequestState implements SessionHost {
  readonly req: SessionRequest
  readonly settings: Settings
  readonly secret: Secret
  /** The id that the client sent. */
  readonly cookieId: string | undefined
  /** The response waits for these. */
  readonly calls: Calls
  /** The session as the request began, against which a change is a change. */
  #original: Snapshot | undefined
  /** What the store is known to have. */
  #saved: Snapshot | undefined
  /** What a save that has not been answered yet is writing. */
  #writing: Snapshot | undefined
  /** What this request's changes were made to: the base of a merge. */
  #base = '{}'
  /** The last session that was in place, for the cookie's attributes when it is gone. */
  #session: Session | undefined
  /** The session as `plan` has found it, as long as nobody else can have changed it. */
  #current: { session: Session; snapshot: Snapshot } | undefined
  #touched = false
  #destroyedId: string | undefined
  /** The session that the store has told is no longer there. */
  #goneId: string | undefined
  /** Milliseconds since the stored expiry was last moved, as far as that can be told. */
  #sinceTouch = Number.POSITIVE_INFINITY
  #expiresAtLoad: unknown
  #saves: Promise<unknown> | undefined
  #setCookie: string | undefined

  constructor(req: SessionRequest, settings: Settings, secret: Secret, cookieId: string | undefined) {
    this.req = req
    this.settings = settings
    this.secret = secret
    this.cookieId = cookieId
    this.calls = new Calls(settings.storeTimeout)
  }

  /** A new session has been put in place. */
  generated(): void {
    this.#original = this.#snapshot(this.req.session)
    this.#session = this.req.session
  }

  /** A stored session has been put in place. */
  loaded(data: SessionData): void {
    const { session } = this.req
    this.#original = loadedSnapshot(session, textOf(data), this.settings.saveCookieChanges)
    this.#adopt(session, this.#original)
    this.#sinceTouch = sinceLastTouch(session, this.settings.store)
    this.#refresh(session)
  }

  reloaded(session: Session): void {
    this.#adopt(session, this.#snapshot(session))
  }

  destroyed(session: Session): void {
    this.#destroyedId = session.id
    this.#session = session
  }

  report(error: unknown): void {
    debug('failure: %o', error)
    this.settings.onError?.(error as Error, this.req)
  }

  /** The session is one of a store that tells whether it was there. */
  get storeTells(): boolean {
    return Boolean(this.req.session && loadedOf(this.req.session))
  }

  call<T>(method: string, args: readonly unknown[], done: Callback<T>): void {
    this.calls.ask(this.req.sessionStore, method, args, done)
  }

  /** One save of a session at a time: the second sees what the first has written. */
  save(session: Session, done: Callback): void {
    if (this.#saves) {
      const leave = this.calls.enter()
      this.#saves.then(() => leave(() => this.save(session, done)))
      return
    }
    let finish = () => {}
    this.#saves = new Promise<void>(resolve => {
      finish = resolve
    })
    this.#trySave(session, MERGE_ATTEMPTS, error => {
      this.#saves = undefined
      finish()
      if (hasCode(error, 'ERR_SESSION_GONE')) this.#goneId = session.id
      done(error)
    })
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
    if (this.#goneId === req.sessionID) return 'nothing'
    const snapshot = this.#snapshot(req.session)
    this.#current = { session: req.session, snapshot }
    if (this.#mustSave(snapshot)) return 'save'
    return this.cookieId === req.sessionID && this.#mustTouch() ? 'touch' : 'nothing'
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

  #adopt(session: Session, snapshot: Snapshot): void {
    ownMethods(session)
    this.#session = session
    this.#base = dataOf(snapshot)
    this.#expiresAtLoad = session.cookie.expires
    if (!this.settings.resave) this.#saved = snapshot
  }

  #snapshot(session: Session): Snapshot {
    const known = this.#current?.session === session ? this.#current.snapshot : undefined
    return known ?? takeSnapshot(session, this.settings.saveCookieChanges)
  }

  #mustSave(current: Snapshot): boolean {
    const untouchedNew =
      !this.settings.saveUninitialized && !this.#saved && this.cookieId !== this.req.sessionID
    const known = untouchedNew ? this.#original : this.#saved
    return !sameSnapshot(current, known) && !sameSnapshot(current, this.#writing)
  }

  #mustTouch(): boolean {
    const { touchAfter, store, touches } = this.settings
    if (!touches) return false
    if (touchAfter === 0) return true
    const lifetime = fullLifetime(this.req.session, store)
    return this.#sinceTouch >= Math.min(touchAfter, lifetime ? lifetime / 2 : Number.POSITIVE_INFINITY)
  }

  #mustSendCookie(): boolean {
    const { req, settings } = this
    if (typeof req.sessionID !== 'string') return false
    const modified = () => !sameSnapshot(this.#snapshot(req.session), this.#original)
    if (this.cookieId !== req.sessionID) return settings.saveUninitialized || modified()
    return settings.rolling || (req.session.cookie.expires != null && modified())
  }

  #cookieFor(res: ServerResponse): string | undefined {
    const { req, settings } = this
    if ((req as { [HOST]?: unknown })[HOST] !== this) return undefined
    if (!req.session) return this.#mustClearCookie(res) ? this.#expiredCookie() : undefined
    if (!isSession(req.session) || this.#goneId === req.sessionID || !this.#mustSendCookie()) return undefined
    if (req.session.cookie.secure && !isSecure(req, settings.proxy)) {
      warnWithheld(settings, req)
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

  #trySave(session: Session, attempts: number, done: Callback): void {
    let snapshot: Snapshot
    try {
      // A save in the middle of a request stores the lifetime that the touch at its end will give.
      if (!this.#touched && session.cookie.expires === this.#expiresAtLoad) session.resetMaxAge()
      snapshot = this.#snapshot(session)
    } catch (error) {
      return done(error)
    }
    const loaded = loadedOf(session)
    if (loaded) noteLoaded(session, { ...loaded, compare: this.settings.conflict !== 'overwrite' })
    this.#writing = snapshot
    const set = () => this.call('set', [session.id, session], saved)
    const saved = (error?: unknown) => {
      this.#writing = undefined
      if (hasCode(error, 'ERR_SESSION_CHANGED') && this.settings.conflict !== 'error' && attempts > 0) {
        return this.#merge(session, snapshot, error => {
          if (error) done(error)
          else this.#trySave(session, attempts - 1, done)
        })
      }
      if (!error) {
        this.#saved = snapshot
        this.#base = dataOf(snapshot)
      }
      done(error)
    }
    withContent(session, dataOf(snapshot), set)
  }

  /** Bring into `session` what another request has stored meanwhile. */
  #merge(session: Session, mine: Snapshot, done: Callback): void {
    const { conflict } = this.settings
    const resolve = typeof conflict === 'function' ? conflict : merge
    this.call<SessionData>('get', [session.id], (error, stored) => {
      if (error) return done(error)
      if (!stored)
        return done(new SessionError('ERR_SESSION_GONE', 'The session was destroyed or has expired'))
      const { cookie: _, ...data } = stored
      const theirs = JSON.stringify(data)
      const own = dataOf(mine)
      Promise.resolve(parseData(theirs))
        .then(data => resolve(parseData(this.#base), parseData(own), data))
        .then(merged => {
          applyMerged(session, parseData(own), merged)
          noteLoaded(session, loadedOf(stored))
          this.#base = theirs
        })
        .then(
          () => process.nextTick(done),
          error => process.nextTick(done, error),
        )
    })
  }
}
