import type { ServerResponse } from 'node:http'
import createDebug from 'debug'
import { ask, type Callback } from './ask.ts'
import { encode } from './codec.ts'
import { Cookie } from './cookie.ts'
import { appendSetCookie, isSecure, removeSetCookie, setsCookie, signSessionId } from './cookie-header.ts'
import { hasCode, SessionError } from './errors.ts'
import { loadedOf, noteLoaded } from './loaded.ts'
import { merge, sameJson } from './merge.ts'
import type { Data, Secret, Settings } from './options.ts'
import type { Session, SessionData, SessionHost, SessionRequest } from './session.ts'

const debug = createDebug('express-session')

/** How often a save is merged and tried again before it fails with `ERR_SESSION_CHANGED`. */
const MERGE_ATTEMPTS = 20

/** What is left to do for the session when the response is complete. */
export type Plan = 'save' | 'touch' | 'destroy' | 'nothing'

/** A session as it was at one moment: which, and what was in it but for its cookie. */
interface Snapshot {
  readonly id: string
  readonly content: string
}

/** The session of one request: what came in, what has been written since, and what that means for the response. */
export class RequestState implements SessionHost {
  readonly req: SessionRequest
  readonly settings: Settings
  readonly secret: Secret
  /** The id that the client sent. */
  readonly cookieId: string | undefined
  /** Set when the store has told that the session is no longer there. */
  gone = false

  /** The session as the request began, against which a change is a change. */
  #original: Snapshot | undefined
  /** What the store is known to have. */
  #saved: Snapshot | undefined
  /** What this request's changes were made to: the base of a merge. */
  #base = '{}'
  /** The last session that was in place, for the cookie's attributes when it is gone. */
  #session: Session | undefined
  #touched = false
  #destroyedId: string | undefined
  /** Milliseconds since the stored expiry was last moved, as far as that can be told. */
  #sinceTouch = Number.POSITIVE_INFINITY
  #expiresAtLoad: unknown
  #calls = 0
  #idle: (() => void)[] = []
  #saves: Promise<unknown> | undefined
  #setCookie: string | undefined

  constructor(req: SessionRequest, settings: Settings, secret: Secret, cookieId: string | undefined) {
    this.req = req
    this.settings = settings
    this.secret = secret
    this.cookieId = cookieId
  }

  /** A new session has been put in place. */
  generated(): void {
    this.#original = this.#snapshot(this.req.session)
    this.#session = this.req.session
  }

  /** A stored session has been put in place. */
  loaded(): void {
    const { session } = this.req
    this.#original = this.#snapshot(session)
    this.#adopt(session, this.#original)
    this.#sinceTouch = this.#ageOf(session)
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

  call<T>(method: string, args: readonly unknown[], done: Callback<T>): void {
    this.#calls++
    ask<T>(this.req.sessionStore, method, args, this.settings.storeTimeout, (error, value) => {
      this.#calls--
      done(error, value)
      if (this.#calls === 0) for (const waiting of this.#idle.splice(0)) waiting()
    })
  }

  /** Run `work` when no call to the store is under way. */
  whenIdle(work: () => void): void {
    if (this.#calls === 0) work()
    else this.#idle.push(work)
  }

  /** One save of a session at a time: the second sees what the first has written. */
  save(session: Session, done: Callback): void {
    if (this.#saves) {
      this.#calls++
      this.#saves.then(() => {
        this.#calls--
        this.save(session, done)
      })
      return
    }
    let finish = () => {}
    this.#saves = new Promise<void>(resolve => {
      finish = resolve
    })
    this.#trySave(session, MERGE_ATTEMPTS, error => {
      this.#saves = undefined
      finish()
      if (hasCode(error, 'ERR_SESSION_GONE')) this.gone = true
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
    const { req, settings } = this
    if (!req.session) {
      const unset = req.sessionID && settings.unset === 'destroy' && req.session == null
      return unset && this.#destroyedId !== req.sessionID ? 'destroy' : 'nothing'
    }
    if (typeof req.session.touch !== 'function' || !req.session.cookie) {
      throw new SessionError(
        'ERR_SESSION_NOT_A_SESSION',
        'req.session was replaced by something that is no session',
      )
    }
    this.touch()
    if (typeof req.sessionID !== 'string') {
      debug('no session is saved: req.sessionID is no string')
      return 'nothing'
    }
    if (this.gone) return 'nothing'
    if (this.#mustSave(this.#snapshot(req.session))) return 'save'
    return this.cookieId === req.sessionID && this.#mustTouch() ? 'touch' : 'nothing'
  }

  /** Add the session cookie to the response, or expire it, or leave it be. */
  sendCookie(res: ServerResponse): void {
    const { req, settings } = this
    if (!req.session) return this.#clearCookie(res)
    if (this.gone || !this.#mustSendCookie()) return
    if (req.session.cookie.secure && !isSecure(req, settings.proxy)) {
      warnWithheld(settings, req)
      return
    }
    this.touch()
    this.#setCookie = req.session.cookie.serialize(settings.name, signSessionId(req.sessionID, this.secret))
    appendSetCookie(res, this.#setCookie)
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
    this.#session = session
    this.#base = dataOf(snapshot)
    this.#expiresAtLoad = session.cookie.expires
    if (!this.settings.resave) this.#saved = snapshot
  }

  /** The content as text: strings are compared, since a hash costs more and can collide. */
  #snapshot(session: Session): Snapshot {
    const { cookie, ...data } = session
    const content = encode(JSON, data)
    return {
      id: session.id,
      content: this.settings.saveCookieChanges ? `${content}\n${cookie?.originalMaxAge}` : content,
    }
  }

  #mustSave(current: Snapshot): boolean {
    const untouchedNew =
      !this.settings.saveUninitialized && !this.#saved && this.cookieId !== this.req.sessionID
    return untouchedNew ? !same(current, this.#original) : !same(current, this.#saved)
  }

  #mustTouch(): boolean {
    const { touchAfter, store } = this.settings
    if (typeof store.touch !== 'function') return false
    if (touchAfter === 0) return true
    const { originalMaxAge } = this.req.session.cookie
    const interval = originalMaxAge ? Math.min(touchAfter, originalMaxAge / 2) : touchAfter
    return this.#sinceTouch >= interval
  }

  #mustSendCookie(): boolean {
    const { req, settings } = this
    if (typeof req.sessionID !== 'string') return false
    const modified = () => !same(this.#snapshot(req.session), this.#original)
    if (this.cookieId !== req.sessionID) return settings.saveUninitialized || modified()
    return settings.rolling || (req.session.cookie.expires != null && modified())
  }

  #clearCookie(res: ServerResponse): void {
    const { req, settings, cookieId } = this
    const ended = this.#destroyedId !== undefined || (settings.unset === 'destroy' && req.session === null)
    if (!settings.clearCookie || !cookieId || !ended || setsCookie(res, settings.name)) return
    const { path, domain, httpOnly, secure, sameSite, partitioned } = this.#session?.cookie ?? new Cookie()
    const expired = new Cookie({
      path,
      domain,
      httpOnly,
      secure,
      sameSite,
      partitioned,
      expires: new Date(0),
    })
    appendSetCookie(res, expired.serialize(settings.name, ''))
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

  #ageOf(session: Session): number {
    const { cookie } = session
    const loaded = loadedOf(session)
    const left =
      loaded?.ttl ?? (cookie.expires instanceof Date ? cookie.expires.valueOf() - Date.now() : Number.NaN)
    const whole = cookie.originalMaxAge ?? (this.settings.store as { ttl?: number }).ttl ?? Number.NaN
    const age = whole - left
    return Number.isNaN(age) ? Number.POSITIVE_INFINITY : age
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
    this.call('set', [session.id, session], error => {
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
    })
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
      Promise.resolve(parse(theirs))
        .then(data => resolve(parse(this.#base), parse(own), data))
        .then(merged => {
          apply(session, parse(own), merged)
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

function same(a: Snapshot, b: Snapshot | undefined): boolean {
  return a.id === b?.id && a.content === b.content
}

/** JSON has no line breaks of its own: what follows one is not data. */
function dataOf({ content }: Snapshot): string {
  return content.split('\n', 1)[0] as string
}

function parse(text: string): Data {
  return JSON.parse(text)
}

/** Live values stay as they are where the merge has kept them: a Date is still a Date. */
function apply(session: Session, mine: Data, merged: Data): void {
  const live = session as unknown as Data
  for (const key of Object.keys(mine)) {
    if (!(key in merged)) delete live[key]
  }
  for (const [key, value] of Object.entries(merged)) {
    if (!sameJson(value, mine[key]) && !(key in Object.getPrototypeOf(session))) live[key] = value
  }
}

const warned = new WeakSet<Settings>()

function warnWithheld(settings: Settings, req: SessionRequest): void {
  debug('the session cookie is secure and the request is not')
  if (warned.has(settings)) return
  warned.add(settings)
  const forwarded = req.headers['x-forwarded-proto'] !== undefined
  const cause = forwarded
    ? 'X-Forwarded-Proto is there: believe it with app.set("trust proxy", 1), or with the option "proxy"'
    : 'if a proxy ends HTTPS before this server, let it send X-Forwarded-Proto'
  process.emitWarning(
    `The session cookie "${settings.name}" is secure and was not sent, since the request did not come over HTTPS; ${cause}.`,
    { code: 'COATCHECK_SECURE_COOKIE_WITHHELD' },
  )
}
