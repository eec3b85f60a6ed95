import createDebug from 'debug'
import type { Settings } from './options.ts'
import type { SessionRequest } from './session.ts'

const debug = createDebug('express-session')
const warned = new WeakSet<Settings>()

/** Tell once for each middleware that a secure cookie is not sent, and what may be the cause. */
export function warnWithheld(settings: Settings, req: SessionRequest): void {
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
