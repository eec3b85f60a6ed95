import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import createDebug from 'debug'
import { ask, type Callback, isPromise } from './ask.ts'
import { Cookie, type CookieOptions } from './cookie.ts'
import { isSecure, pathOf, readSessionIds } from './cookie-header.ts'
import { hasCode, SessionError } from './errors.ts'
import { noteLoaded } from './loaded.ts'
import type { Secret, Settings } from './options.ts'
import { createSession } from './own-session.ts'
import { readThrough } from './pointer.ts'
import { RequestState } from './request-state.ts'
import { gateResponse, type ResponseGate } from './response-gate.ts'
import { HOST, Session, type SessionData, type SessionRequest } from './session.ts'
import { ownMethods } from './session-shape.ts'
import type { Store } from './store.ts'

const debug = createDebug('express-session')

/** As Express, Connect and a hand-written server call it. */
// biome-ignore lint/suspicious/noExplicitAny: as Express declares it
export type Next = (error?: any) => void

/** Middleware for Express, Connect, and `node:http` and `node:http2` servers. `T` is the data of its sessions. */
export interface SessionMiddleware<T extends object = SessionData> {
  (req: IncomingMessage | Http2ServerRequest, res: ServerResponse | Http2ServerResponse, next: Next): void
  /** The session of a request, with the type of its data; `undefined` where the request has none. */
  of(req: IncomingMessage | Http2ServerRequest): (Session & Partial<SessionData> & Partial<T>) | undefined
}

/** A request on its way through. */
interface Visit {
  readonly req: SessionRequest
  readonly state: RequestState
  readonly settings: Settings
  readonly next: Next
}

export function createMiddleware<T extends object>(settings: Settings): SessionMiddleware<T> {
  const { store } = settings
  const availability = watch(store)
  store.generate = req => {
    // Two middlewares may share a store: a request's own one makes its session.
    const state = stateOf(req)
    return generate(req, state?.settings.store === store ? state.settings : settings)
  }

  function session(req: SessionRequest, res: ServerResponse, next: Next): void {
    if (req.session) return next()
    if (!availability.connected) return withoutStore(req, settings, next)
    if (!pathOf(req).startsWith(cookieOptions(settings, req).path || '/')) {
      debug('the path is not below cookie.path')
      return next()
    }
    const secrets = settings.secrets ?? secretOf(req)
    if (!secrets) return next(new Error('secret option required for sessions'))

    const ids = readSessionIds(req, settings.name, secrets)
    const cookieId = ids[0]
    const state = new RequestState(req, settings, secrets[0] as Secret, cookieId)
    Object.assign(req, { sessionStore: store, sessionID: cookieId })
    Object.defineProperty(req, HOST, { value: state, configurable: true })
    const visit = { req, state, settings, next }
    holdResponse(visit, res)
    if (cookieId === undefined) begin(visit)
    else fetch(visit, ids)
  }

  return Object.assign(session as unknown as SessionMiddleware<T>, {
    of: (req: unknown) => (req as { session?: Session & Partial<SessionData> & Partial<T> }).session,
  })
}

/** `disconnect` and `connect` of a store tell when it cannot be used. */
function watch(store: Store): { connected: boolean } {
  const availability = { connected: true }
  store.on('disconnect', () => {
    availability.connected = false
  })
  store.on('connect', () => {
    availability.connected = true
  })
  return availability
}

function withoutStore(req: SessionRequest, settings: Settings, next: Next): void {
  debug('the store is disconnected')
  const error = new SessionError('ERR_SESSION_STORE_UNAVAILABLE', 'The session store is disconnected')
  next(policyFor(error, req, settings, 'skip') === 'error' ? error : undefined)
}

function policyFor(
  error: Error,
  req: SessionRequest,
  settings: Settings,
  otherwise: 'skip' | 'error',
): 'skip' | 'error' {
  const policy = settings.onStoreUnavailable ?? otherwise
  return typeof policy === 'function' ? policy(error, req) : policy
}

/** Read the session of the first verified id, or of the next ones where there is none. */
function fetch(visit: Visit, [sid, ...others]: readonly string[]): void {
  const { req, state, settings, next } = visit
  const { store, storeTimeout, departed } = settings
  const time = departed.now
  const read = (sid: string, done: Callback<SessionData>) => ask(store, 'get', [sid], storeTimeout, done)
  readThrough(read, sid as string, (error, data, found) => {
    if (error && (error as { code?: unknown }).code !== 'ENOENT') {
      debug('the session cannot be read: %o', error)
      return next(policyFor(error as Error, req, settings, 'error') === 'error' ? error : undefined)
    }
    if (error || !data) {
      debug('there is no session of this id')
      return others.length ? fetch(visit, others) : begin(visit)
    }
    try {
      state.found(sid as string, found)
      createSession(store, req, data)
      state.loaded(data, time)
    } catch (error) {
      return next(error)
    }
    next()
  })
}

/** Begin a new session. The id that the client sent, if any, is never adopted. */
function begin({ req, state, settings, next }: Visit): void {
  let generated: unknown
  try {
    generated = settings.store.generate(req)
    if (!isPromise(generated)) state.generated()
  } catch (error) {
    return next(error)
  }
  if (!isPromise(generated)) return next()
  generated
    .then(() => state.generated())
    .then(
      () => process.nextTick(next),
      error => process.nextTick(next, error),
    )
}

function generate(req: SessionRequest, settings: Settings): void | Promise<void> {
  const id = settings.genid(req)
  if (isPromise(id)) return Promise.resolve(id).then(id => putNew(req, id, settings))
  putNew(req, id, settings)
}

function putNew(req: SessionRequest, id: string, settings: Settings): void {
  req.sessionID = id
  const options = cookieOptions(settings, req)
  const session = new Session(req)
  // From its first save on it is updated like one that was read, and never inserted again.
  noteLoaded(session, undefined)
  ownMethods(session)
  session.cookie = new Cookie(options)
  const secure = isSecure(req, settings.proxy)
  if (options.secure === 'auto') session.cookie.secure = secure
  if (options.sameSite === 'auto') session.cookie.sameSite = secure ? 'none' : 'lax'
  req.session = session as SessionRequest['session']
}

/** Nothing of the response is sent, headers included, until the session is safe. */
function holdResponse(visit: Visit, res: ServerResponse): void {
  const { state, next } = visit
  const gate = gateResponse(res, {
    onHead() {
      try {
        state.sendCookie(res)
      } catch (error) {
        // A session that cannot be stored is told at the end; what is left is a cookie that cannot be sent.
        if (!hasCode(error, 'ERR_SESSION_SERIALIZE')) setImmediate(next, error)
      }
    },
    onEnd() {
      if (!state.calls.idle) gate.closeHead()
      state.calls.whenIdle(() => finish(visit, res, gate))
    },
  })
}

/** The response is complete: write the session, then let it go. */
function finish(visit: Visit, res: ServerResponse, gate: ResponseGate): void {
  const { req, state } = visit
  let plan: ReturnType<RequestState['plan']>
  try {
    plan = state.plan()
  } catch (error) {
    return abandon(visit, res, gate, error)
  }
  if (!gate.alone() || (plan === 'save' && req.session.save !== Session.prototype.save)) state.forget()
  gate.closeHead()
  if (plan === 'nothing') return deliver(visit, gate)

  debug('%s', plan)
  if (plan === 'touch' && !visit.settings.awaitTouch && !state.cookieSent && !state.writer.moved) {
    state.writer.touch(error => error && state.report(error))
    state.forget()
    return deliver(visit, gate)
  }
  const done = (error?: unknown, present?: unknown) => {
    const gone = hasCode(error, 'ERR_SESSION_GONE')
    if (gone) state.report(error)
    const missing = plan === 'touch' && present === false
    if ((gone || missing) && state.cookieSent) {
      gate.changeHead(() => state.withdrawCookie(res))
    } else if (state.writer.moved) {
      gate.changeHead(() => state.sendCookie(res))
    }
    if (error && !gone && visit.settings.onSaveError === 'error') abandon(visit, res, gate, error)
    else deliver(visit, gate, gone ? undefined : error)
  }
  if (plan === 'save') req.session.save(done)
  else if (plan === 'touch') state.writer.touch(done)
  else state.writer.destroy(req.sessionID, done)
  state.forget()
}

/** The error takes the place of the response, unless some of that has been sent, or it tells of an error itself. */
function abandon(visit: Visit, res: ServerResponse, gate: ResponseGate, error: unknown): void {
  const { state, settings, next } = visit
  const failing = res.statusCode >= 500
  if (!failing && gate.reopen()) {
    state.withdrawCookie(res)
    return next(error)
  }
  gate.changeHead(() => state.withdrawCookie(res))
  const tell = settings.onSaveError === 'continue' && !failing
  if (!tell) state.report(error)
  deliver(visit, gate, tell ? error : undefined)
}

/** Send the response as the application made it; then, if there is one, tell of the error. */
function deliver({ next }: Visit, gate: ResponseGate, error?: unknown): void {
  gate.release()
  if (error) setImmediate(next, error)
}

function cookieOptions({ cookie }: Settings, req: SessionRequest): CookieOptions {
  return typeof cookie === 'function' ? cookie(req) : cookie
}

/** `cookie-parser` leaves its secret on the request. */
function secretOf(req: SessionRequest): readonly Secret[] | undefined {
  const { secret } = req as { secret?: Secret }
  return secret ? [secret] : undefined
}

function stateOf(req: SessionRequest): RequestState | undefined {
  return (req as { [HOST]?: RequestState })[HOST]
}
