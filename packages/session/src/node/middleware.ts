import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import createDebug from 'debug'
import { isPromise } from '../calls/call-store.ts'
import { Cookie, type CookieOptions } from '../cookie/cookie.ts'
import { isSecure, pathOf, readSessionIds } from '../cookie/cookie-header.ts'
import type { Secret, Settings } from '../engine/options.ts'
import { RequestSession } from '../engine/request-session.ts'
import { SessionError } from '../errors.ts'
import { noteLoaded } from '../session/loaded.ts'
import { HOST, Session, type SessionData, type SessionRequest } from '../session/session.ts'
import { ownMethods } from '../session/session-shape.ts'
import type { Store } from '../store/store.ts'
import { policyFor, HttpRequest } from './http-request.ts'
import type { Next } from './next.ts'

const debug = createDebug('express-session')

/** Middleware for Express, Connect, and `node:http` and `node:http2` servers. `T` is the data of its sessions. */
export interface SessionMiddleware<T extends object = SessionData> {
  (req: IncomingMessage | Http2ServerRequest, res: ServerResponse | Http2ServerResponse, next: Next): void
  /** The session of a request, with the type of its data; `undefined` where the request has none. */
  of(req: IncomingMessage | Http2ServerRequest): (Session & Partial<SessionData> & Partial<T>) | undefined
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
    const state = new RequestSession(req, settings, secrets[0] as Secret, cookieId)
    Object.assign(req, { sessionStore: store, sessionID: cookieId })
    Object.defineProperty(req, HOST, { value: state, configurable: true })
    const visit = new HttpRequest(state, res, next)
    if (cookieId === undefined) visit.begin()
    else visit.fetch(ids)
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

function cookieOptions({ cookie }: Settings, req: SessionRequest): CookieOptions {
  return typeof cookie === 'function' ? cookie(req) : cookie
}

/** `cookie-parser` leaves its secret on the request. */
function secretOf(req: SessionRequest): readonly Secret[] | undefined {
  const { secret } = req as { secret?: Secret }
  return secret ? [secret] : undefined
}

function stateOf(req: SessionRequest): RequestSession | undefined {
  return (req as { [HOST]?: RequestSession })[HOST]
}
