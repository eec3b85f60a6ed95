import { callMethod, promised } from '../calls/call-method.ts'
import { Cookie } from '../cookie/cookie.ts'
import type { Secret } from '../cookie/secret.ts'
import type { SignedId } from '../cookie/session-ids.ts'
import { type Answer, answerWith } from '../dbsc/answer.ts'
import { type Binding, isBound, offerOf } from '../dbsc/device.ts'
import type { Dbsc } from '../dbsc/options.ts'
import { disconnected } from '../errors.ts'
import type { Settings } from '../options/settings.ts'
import { deviceOf } from '../session/device.ts'
import type { ResponseHeaders } from './headers.ts'
import { tell, warnOfOnError } from './hooks.ts'
import { newCookie } from './new-session.ts'
import type { RequestSession } from './request-session.ts'

/** What a request of a bound session gets from another device. */
export const UNBOUND: Answer = answerWith(401)

/** Whether this is a request for the paths of device-bound sessions. */
export function isForDevice(
  { register, refresh }: Dbsc<never>,
  method: string | undefined,
  path: string,
): boolean {
  return method === 'POST' && (path === register || path === refresh)
}

/** A request for these paths. It reads and changes the stored session, and does not extend it. */
export interface DeviceCall {
  readonly request: unknown
  readonly path: string
  readonly secrets: readonly Secret[]
  readonly ids: readonly SignedId[]
  header(name: string): string | undefined
}

/** Answer it. The code for that is loaded with the first such request. Never rejects. */
export async function answerDevice(settings: Settings, call: DeviceCall): Promise<Answer> {
  const { store, storeTimeout, name, onError, availability } = settings
  try {
    if (!availability.connected) throw disconnected()
    const { answer } = await import('../dbsc/routes.ts')
    return await answer({
      dbsc: settings.dbsc as Dbsc<never>,
      name,
      path: call.path,
      secrets: call.secrets,
      ids: call.ids.map(({ id }) => id),
      header: name => call.header(name),
      cookie: (name, value, maxAge) => cookieText(newCookie(settings, call.request), name, value, maxAge),
      update: (sid, change) =>
        promised(done => callMethod(store, 'update', [sid, change], storeTimeout, done)),
    })
  } catch (error) {
    tell(onError, [error, call.request], warnOfOnError)
    return answerWith(503)
  }
}

/** A cookie with the attributes of the session's cookie and another lifetime, or none. */
function cookieText(own: Cookie, name: string, value: string, maxAge: number | undefined): string {
  const { path, domain, secure, sameSite } = own
  const text = new Cookie({ path, domain, secure, sameSite }).serialize(name, value)
  return maxAge === undefined ? text : `${text}; Max-Age=${Math.max(Math.ceil(maxAge / 1000), 0)}`
}

/** Find out whether the request of a session that was read is from its device. Returns whether it may have the session. */
export function admits(own: RequestSession): boolean {
  const { settings, door, holder, secret } = own
  const binding = own.binding as Binding
  const { name, secrets = [secret] } = settings
  const { require } = settings.dbsc as Dbsc<unknown>
  const device = deviceOf(holder.session)
  if (device === undefined) return true
  binding.bound = isBound(device, name, door.header('cookie'), secrets)
  if (binding.bound || !(typeof require === 'function' ? require(door.request) : require)) return true
  binding.refused = true
  Reflect.deleteProperty(holder, 'session')
  return false
}

/** Ask the browser, which gets a new session with this response, for a key. */
export function offerBinding(own: RequestSession, headers: ResponseHeaders): void {
  const { session, sessionID } = own.holder
  const binding = own.binding as Binding
  if (binding.offered === sessionID || own.cookieId === sessionID || deviceOf(session) !== undefined) return
  binding.offered = sessionID
  const offer = offerOf(own.settings.dbsc as Dbsc<never>, own.secret, sessionID)
  headers.append('Secure-Session-Registration', offer)
}
