import { Cookie, setCookie } from '../cookie/cookie.ts'
import { cookieValue, signSessionId } from '../cookie/session-ids.ts'
import type { Settings } from '../options/settings.ts'
import { hasEnded } from '../session/lifespan.ts'
import { keepMetadata } from '../session/metadata.ts'
import { isSession } from '../session/session-shape.ts'
import { offerBinding } from './device.ts'
import type { SetCookies } from './door.ts'
import { clearSite, keepFromCaches } from './headers.ts'
import { nameFor } from './host-name.ts'
import type { RequestSession } from './request-session.ts'

/** Put the cookie that the session needs now, or its id for a transport, into the response. It replaces one that was put there before. */
export function sendCookie(own: RequestSession, cookies: SetCookies): void {
  const value = cookieFor(own, cookies)
  if (own.clearsSite && own.destroyedId !== undefined) clearSite(cookies)
  if (value === own.setCookie) return
  withdrawCookie(own, cookies)
  if (value !== undefined) {
    own.oldCookie = clearedOld(own, value)
    cookies.set([...cookies.get(), ...(own.oldCookie === undefined ? [] : [own.oldCookie]), value])
    if (own.settings.dbsc) offerBinding(own, cookies)
    if (own.settings.cacheHeaders) keepFromCaches(cookies, !own.settings.transport)
  }
  own.setCookie = value
}

/** Remove the session's cookie from a response that was not sent. */
export function withdrawCookie(own: RequestSession, cookies: SetCookies): void {
  const { setCookie, oldCookie } = own
  if (setCookie === undefined) return
  cookies.set(cookies.get().filter(value => value !== setCookie && value !== oldCookie))
  own.setCookie = undefined
}

function cookieFor(own: RequestSession, cookies: SetCookies): string | undefined {
  const { holder, settings, door } = own
  const { session } = holder
  if (!own.inPlace) return undefined
  if (!session) return mustClear(own, cookies) ? expiredCookie(own) : undefined
  if (!isSession(session) || own.writer.goneId === holder.sessionID || !mustSend(own)) return undefined
  const tombstone = settings.tombstones.becameOf(session)
  if ((tombstone && !tombstone.redirect) || hasEnded(session)) return undefined
  if (session.cookie.secure && !door.isSecure()) {
    settings.secureCookieNotSent(door.request, settings.name)
    return undefined
  }
  own.touch()
  keepMetadata(session)
  if (settings.transport) return signSessionId(holder.sessionID, own.secret)
  return textOf(session.cookie, cookieValue(holder.sessionID, own.secret), settings)
}

function mustSend(own: RequestSession): boolean {
  const { holder, settings, writer } = own
  if (typeof holder.sessionID !== 'string' || writer.inVain) return false
  if (writer.moved && writer.storedId === holder.sessionID) return true
  if (own.cookieId !== holder.sessionID) return settings.saveUninitialized || own.modified
  if (own.outdated || settings.rolling) return true
  // A transport carries no expiry that could have moved.
  return !settings.transport && holder.session.cookie.expires != null && own.modified
}

/** Only when the session was destroyed. If that has failed, the browser keeps the cookie and can try the logout again. */
function mustClear(own: RequestSession, cookies: SetCookies): boolean {
  const { settings, cookieId, destroyedId } = own
  if (!settings.clearCookie || !cookieId || destroyedId === undefined) return false
  return !cookies.get().some(value => value !== own.setCookie && value.startsWith(`${settings.name}=`))
}

/** A browser removes a cookie when it gets an expired one with the same attributes. For a transport, an empty text means the end. */
function expiredCookie({ lastSession, settings }: RequestSession): string {
  if (settings.transport) return ''
  const { path, domain, httpOnly, secure, sameSite, partitioned } = lastSession?.cookie ?? new Cookie()
  const attributes = { path, domain, httpOnly, secure, sameSite, partitioned }
  return textOf(new Cookie({ ...attributes, expires: new Date(0) }), '', settings)
}

/** What clears the client's cookie of the old name, if `value` sets that of the new one. */
function clearedOld({ renamed, settings, lastSession }: RequestSession, value: string): string | undefined {
  const { name, oldName } = settings
  if (!renamed || oldName === undefined || !value.startsWith(`${name}=`)) return undefined
  const { httpOnly, sameSite } = lastSession?.cookie ?? new Cookie()
  const cookie = new Cookie({ httpOnly, secure: true, sameSite, expires: new Date(0) })
  return textOf(cookie, '', { ...settings, name: oldName, oldName: undefined })
}

/** `value` is encoded. With `Max-Age`, a wrong clock of the client does not matter. */
function textOf(cookie: Cookie, value: string, settings: Settings): string {
  const { sendsMaxAge } = settings
  const text = setCookie(cookie, nameFor(cookie, settings), value)
  const left =
    sendsMaxAge && cookie.expires instanceof Date ? cookie.expires.valueOf() - Date.now() : undefined
  return left === undefined ? text : `${text}; Max-Age=${Math.max(Math.ceil(left / 1000), 0)}`
}
