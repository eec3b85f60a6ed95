import type { ServerResponse } from 'node:http'
import { createDebug } from 'obug'
import type { Secret } from '../cookie/secret.ts'
import type { SignedId } from '../cookie/session-ids.ts'
import { answerDevice, isForDevice } from '../engine/device.ts'
import { policyFor } from '../engine/open.ts'
import type { SettingsFor } from '../engine/settings-for.ts'
import { disconnected } from '../errors.ts'
import { cookieOptions, type Settings } from '../options/settings.ts'
import type { Session, SessionData, SessionRequest } from '../session/session.ts'
import { HttpRequest } from './http-request.ts'
import type { Next } from './next.ts'
import { headerOf, pathOf, secretsOf, sessionIdsOf } from './request.ts'
import { respond } from './respond.ts'
import type { SessionMiddleware } from './session-middleware.ts'

const debug = createDebug('express-session')

export function createMiddleware<T extends object>(
  settingsFor: SettingsFor<SessionRequest>,
): SessionMiddleware<T> {
  function session(req: SessionRequest, res: ServerResponse, next: Next): void {
    if (req.session) return next()
    let settings: Settings<SessionRequest>
    let secrets: readonly Secret[] | undefined
    let ids: readonly SignedId[] = []
    let forDevice: boolean
    try {
      settings = settingsFor(req)
      secrets = settings.secrets ?? secretsOf(req)
      forDevice = settings.dbsc !== undefined && isForDevice(settings.dbsc, req.method, pathOf(req))
      if (!forDevice && !applies(settings, req)) return next()
      if (secrets) ids = sessionIdsOf(req, settings, secrets)
    } catch (error) {
      return next(error)
    }
    if (!secrets) return next(new Error('secret option required for sessions'))
    if (forDevice) return answer(settings, req, res, secrets, ids)
    new HttpRequest(req, res, next, settings, secrets[0] as Secret, ids[0]).open(ids)
  }

  return Object.assign(session as unknown as SessionMiddleware<T>, {
    of: (req: unknown) => (req as { session?: Session & Partial<SessionData> & Partial<T> }).session,
  })
}

/** Answer a browser that registers or refreshes. */
function answer(
  settings: Settings<SessionRequest>,
  req: SessionRequest,
  res: ServerResponse,
  secrets: readonly Secret[],
  ids: readonly SignedId[],
): void {
  const header = (name: string) => headerOf(req, name)
  const call = { request: req, path: pathOf(req), secrets, ids, header }
  answerDevice(settings, call).then(given => respond(res, given))
}

/** Whether this request gets a session. Throws when the store is unavailable and `onStoreUnavailable` is `'error'`. */
function applies(settings: Settings<SessionRequest>, req: SessionRequest): boolean {
  if (settings.skip?.(req)) return false
  if (!settings.availability.connected) {
    debug('the store is disconnected')
    const error = disconnected()
    if (policyFor(error, req, settings, 'skip') === 'error') throw error
    return false
  }
  const path = cookieOptions(settings, req).path || '/'
  // Nearly every application has '/', and then the path need not be parsed.
  if ((path === '/' && req.url?.startsWith(path)) || pathOf(req).startsWith(path)) return true
  debug('the path is not below cookie.path')
  return false
}
