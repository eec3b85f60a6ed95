import { isPromise } from '../calls/call-method.ts'
import { Cookie } from '../cookie/cookie.ts'
import { noteLoaded } from '../session/loaded.ts'
import { HOST, Session, type SessionHolder } from '../session/session.ts'
import { ownMethods } from '../session/session-shape.ts'
import type { RequestSession } from './request-session.ts'
import { cookieOptions, resolveAuto, type Settings } from './settings.ts'

/** Give the store the function `generate`, by which it puts a new session into a request, as express-session does. */
export function provideGenerate(settings: Settings): void {
  const { store } = settings
  store.generate = (holder: SessionHolder) => {
    const own = requestSessionOf(holder)
    // Two middlewares may share a store: the one that serves this request makes its session.
    return generate(
      holder,
      own?.door.request ?? holder,
      own?.settings.store === store ? own.settings : settings,
    )
  }
}

/** The request session that stands on `holder`, if a door of this package has put one there. */
export function requestSessionOf(holder: object): RequestSession | undefined {
  return (holder as { [HOST]?: RequestSession })[HOST]
}

function generate(holder: SessionHolder, req: unknown, settings: Settings): void | Promise<void> {
  const id = settings.genid(req)
  if (isPromise(id)) return Promise.resolve(id).then(id => putNew(holder, req, id, settings))
  putNew(holder, req, id, settings)
}

function putNew(holder: SessionHolder, req: unknown, id: string, settings: Settings): void {
  holder.sessionID = id
  const cookie = newCookie(settings, req)
  const session = new Session(holder)
  // From its first save on it is updated like one that was read, and never inserted again.
  noteLoaded(session, undefined)
  ownMethods(session)
  session.cookie = cookie
  holder.session = session as SessionHolder['session']
}

/** A cookie as the application wants it for this request. */
export function newCookie(settings: Settings, req: unknown): Cookie {
  const options = cookieOptions(settings, req)
  const cookie = new Cookie(options)
  resolveAuto(cookie, options, settings, req)
  return cookie
}
