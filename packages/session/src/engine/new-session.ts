import { isPromise } from '../calls/call-method.ts'
import { Cookie } from '../cookie/cookie.ts'
import { cookieOptions, resolveAuto, type Settings } from '../options/settings.ts'
import { giveLifespan, lifespanSince } from '../session/lifespan.ts'
import { LiveSession } from '../session/live-session.ts'
import { HOST, type SessionHolder } from '../session/session.ts'
import type { RequestSession } from './request-session.ts'

/** Give the store the method `generate`, which puts a new session into a request, as express-session does. */
export function provideGenerate(settings: Settings): void {
  const { store } = settings
  store.generate = (holder: SessionHolder) => {
    const own = requestSessionOf(holder)
    // Two middlewares may share a store: the settings are those of the one that serves this request.
    return generate(
      holder,
      own?.door.request ?? holder,
      own?.settings.store === store ? own.settings : settings,
    )
  }
}

/** The request session on `holder`, if a door of this package has put one there. */
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
  const session = new LiveSession(holder)
  const { absoluteTimeout } = settings
  if (absoluteTimeout !== undefined) giveLifespan(session, lifespanSince(Date.now(), absoluteTimeout))
  session.cookie = cookie
  holder.session = session as SessionHolder['session']
}

/** A cookie with the application's options for this request. */
export function newCookie(settings: Settings, req: unknown): Cookie {
  const options = cookieOptions(settings, req)
  const cookie = new Cookie(options)
  resolveAuto(cookie, options, settings, req)
  return cookie
}
