import { createDebug } from 'obug'
import type { Callback } from '../calls/call-method.ts'
import { isCombined } from '../calls/combined-operation.ts'
import { PendingCalls } from '../calls/pending-calls.ts'
import { ObservedWriter } from '../concurrency/observed-writer.ts'
import { canReplace } from '../concurrency/replace-session.ts'
import type { WriterHost } from '../concurrency/writer-host.ts'
import type { Secret } from '../cookie/secret.ts'
import type { SignedId } from '../cookie/session-ids.ts'
import { Binding } from '../dbsc/device.ts'
import { notASession } from '../errors.ts'
import type { Settings } from '../options/settings.ts'
import type { GetOptions } from '../records/renewal.ts'
import { dateSession, hasEnded } from '../session/lifespan.ts'
import { noteOf } from '../session/loaded.ts'
import { keepMetadata } from '../session/metadata.ts'
import {
  type DestroyOptions,
  HOST,
  type RegenerateOptions,
  type Session,
  type SessionData,
  type SessionHost,
} from '../session/session.ts'
import { isSession, ownMethods } from '../session/session-shape.ts'
import { loadedSnapshot, type Snapshot, sameSnapshot, takeSnapshot } from '../session/snapshot.ts'
import { fullLifetime, remaining, restartIfPast, sinceLastTouch } from './age.ts'
import { createSession } from './create-session.ts'
import type { Door } from './door.ts'
import { tell, warnOfOnError } from './hooks.ts'
import { type KeptAlive, keepAlive } from './keep-alive.ts'
import { load, readAgain } from './load.ts'
import { thenLimit } from './owner-limit.ts'
import { TouchOnRead } from './touch-on-read.ts'

const debug = createDebug('express-session')

/** Options of a read that changes nothing. With options, `MemoryStore` knows that only the engine sees the object. */
const READ_ONLY: GetOptions = {}

/** What has to be done for the session when the response is complete. */
export type Plan = 'save' | 'touch' | 'destroy' | 'nothing'

/** The session of one request: what was read, what was written since, and what has to be done at the end. */
export class RequestSession implements SessionHost, WriterHost {
  readonly door: Door
  readonly settings: Settings
  /** Signs the cookie. */
  readonly secret: Secret
  /** The id that the client sent. */
  cookieId: string | undefined
  /** Whether an older secret has signed the client's cookie: then the cookie is sent again. */
  outdated: boolean
  /** Whether the client's cookie has the old name: then that one is cleared. */
  renamed: boolean
  /** The `Set-Cookie` value that clears it. */
  oldCookie: string | undefined
  /** Calls of the store that the response waits for. */
  readonly calls: PendingCalls
  readonly writer: ObservedWriter
  /** Whose session the store has, if the option `maxPerOwner` is set. */
  owner: string | undefined
  /** The `Set-Cookie` value that the response carries for this session, or what it carries for a transport. */
  setCookie: string | undefined
  /** The id of the session that has been destroyed. */
  destroyedId: string | undefined
  keepAliveTimer: NodeJS.Timeout | undefined
  keepAliveDue = 0
  keepAliveEntry: KeptAlive['keepAliveEntry']
  /** Whether the save or touch at the end of the response has begun. */
  completed = false
  /** The request's last session. The attributes of its cookie are needed to clear the cookie. */
  lastSession: Session | undefined
  /** The session at the beginning of the request. What differs from it was changed. */
  #original: Snapshot | undefined
  /** The session as `plan` has found it, until somebody can have changed it. */
  #current: { session: Session; snapshot: Snapshot } | undefined
  #touched = false
  /** With the option `dbsc`. */
  readonly binding: Binding | undefined
  /** Whether the client is told to remove what it has of the site, when the session was destroyed. */
  clearsSite = false
  /** The id of the session that the application has asked to destroy. */
  #endingId: string | undefined
  #read: TouchOnRead | undefined
  /** Milliseconds since the last touch; `Infinity` when that is not known. */
  #sinceTouch = Number.POSITIVE_INFINITY
  #expiresAtLoad: unknown

  /** `cookie` is the first verified id that the client sent. */
  constructor(door: Door, settings: Settings, secret: Secret, cookie: SignedId | undefined) {
    const cookieId = cookie?.id
    this.binding = settings.dbsc && new Binding()
    this.door = door
    this.settings = settings
    this.secret = secret
    this.cookieId = cookieId
    this.outdated = cookie?.outdated ?? false
    this.renamed = cookie?.renamed ?? false
    this.calls = new PendingCalls(settings.storeTimeout)
    this.writer = new ObservedWriter(this, cookieId)
    Object.assign(door.holder, { sessionStore: settings.store, sessionID: cookieId, [HOST]: this })
  }

  get holder(): Door['holder'] {
    return this.door.holder
  }

  /** Whether the request has this middleware's session. Another middleware may have replaced it. */
  get inPlace(): boolean {
    return (this.holder as { [HOST]?: unknown })[HOST] === this
  }

  /** Options for the read of the session. */
  readOptions(): GetOptions | undefined {
    if (!isCombined(this.settings.store, 'get')) return undefined
    this.#read = TouchOnRead.for(this.door.method, this.settings)
    return this.#read ?? READ_ONLY
  }

  /** Called when the request has got a new session. */
  generated(): void {
    keepMetadata(this.holder.session, this.settings.absoluteTimeout)
    this.#original = this.snapshot(this.holder.session)
    this.lastSession = this.holder.session
  }

  /** Called when the session of this cookie was found under `sid`. */
  found({ id, outdated }: SignedId, sid: string): void {
    this.cookieId = id
    this.outdated = outdated
    this.holder.sessionID = sid
    this.writer.storedId = sid
    if (sid !== id) this.writer.moveTo(sid)
  }

  /** Called when the request has got the session that the store had at `time`, as `data`. */
  loaded(data: SessionData, time: number): void {
    const { session } = this.holder
    const noted = noteOf(data)
    this.#original = loadedSnapshot(session, noted?.text, this.settings)
    this.#adopt(session, this.#original, time)
    this.#sinceTouch = sinceLastTouch(session, this.settings.store)
    if (this.#read && noted?.renewed) this.#read.session = session
    if (restartIfPast(session)) this.#expiresAtLoad = session.cookie.expires
    keepAlive(this, noted?.renewed ? (fullLifetime(session, this.settings.store) ?? 0) : remaining(session))
  }

  /** Restart the session's lifetime during the request. Returns it in milliseconds; `undefined` when there is nothing to extend. */
  extend(): number | undefined {
    const { holder, settings, writer } = this
    const { session } = holder
    if (this.completed || !this.inPlace || !session) return undefined
    if (!isSession(session) || hasEnded(session)) return undefined
    if (writer.storedId !== holder.sessionID || writer.goneId === holder.sessionID) return undefined
    if (!this.#touched && session.cookie.expires === this.#expiresAtLoad) {
      session.resetMaxAge()
      this.#expiresAtLoad = session.cookie.expires
    }
    return fullLifetime(session, settings.store)
  }

  /** Read the session of `sid` again, following redirects, and give it to the request. Calls back with whether there is one. */
  reload(sid: string, done: Callback<boolean>): void {
    const { holder, settings, writer } = this
    const time = settings.tombstones.now
    load(this, sid, readAgain, (error, data, found) => {
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
    this.writer.save(session, this.settings.ownerLimit ? thenLimit(this, session, done) : done)
  }

  destroy(session: Session, { clearSite = false }: DestroyOptions, done: Callback<boolean>): void {
    this.clearsSite ||= clearSite
    this.lastSession = session
    this.#endingId = session.id
    this.writer.destroy(session.id, (error, present) => {
      if (!error) this.destroyedId = session.id
      done(error, present)
    })
  }

  regenerate(session: Session, options: RegenerateOptions, done: Callback<boolean>): void {
    this.writer.renew(session, options, done)
  }

  replaces(session: Session, options: RegenerateOptions): boolean {
    return canReplace(this.settings.store, this.settings.tombstones, session, options)
  }

  replace(session: Session, options: RegenerateOptions, done: Callback): void {
    this.writer.replace(session, options, this.settings.ownerLimit ? thenLimit(this, undefined, done) : done)
  }

  prepare(session: Session): boolean {
    if (this.#touched || !this.settings.renews) return this.settings.renews
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

  /** Restart the session's lifetime, once in a request, before the cookie is sent or the session is stored. */
  touch(): void {
    if (this.#touched) return
    if (this.settings.renews) this.holder.session.touch()
    this.#touched = true
  }

  /** Throws `ERR_SESSION_SERIALIZE` when the session cannot be stored, and `ERR_SESSION_NOT_A_SESSION` when it was replaced. */
  plan(): Plan {
    const { holder } = this
    if (!this.inPlace) return 'nothing'
    if (!holder.session) return this.#mustDestroy() ? 'destroy' : 'nothing'
    if (!isSession(holder.session)) throw notASession()
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

  /** Called when the session may differ from what `plan` has found. */
  forget(): void {
    this.#current = undefined
  }

  #adopt(session: Session, snapshot: Snapshot, time: number): void {
    ownMethods(session)
    this.lastSession = session
    this.#expiresAtLoad = session.cookie.expires
    this.writer.adopt(session, snapshot, time)
    this.owner = this.settings.ownerLimit?.store.ownerOf(session)
    const dated = dateSession(session, this.settings.absoluteTimeout)
    if (!this.settings.resave && !dated) this.writer.saved = snapshot
  }

  #mustSave(current: Snapshot): boolean {
    const { saved, writing, storedId, inVain } = this.writer
    if (inVain) return false
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

  /** With `unset: 'destroy'`. A session that was never read is not destroyed because `req.session` is missing. */
  #mustDestroy(): boolean {
    const { holder, settings, lastSession } = this
    const ended = lastSession !== undefined && settings.unset === 'destroy' && holder.session == null
    return ended && Boolean(holder.sessionID) && this.#endingId !== holder.sessionID
  }
}

// `console.log(req)` shows no secret.
const shown = { value: () => 'RequestSession {}' }
Object.defineProperty(RequestSession.prototype, Symbol.for('nodejs.util.inspect.custom'), shown)
