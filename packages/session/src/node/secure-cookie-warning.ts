import createDebug from 'debug'
import type { Settings } from '../engine/options.ts'
import type { SessionRequest } from '../session/session.ts'

const debug = createDebug('express-session')
const warned = new WeakSet<Settings>()

/** Tell once for each middleware that a secure cookie is not sent, and what may be the cause. */
export function warnSecureCookieNotSent(settings: Settings, req: SessionRequest): void {
  debug('the session cookie is secure and the request is not')
  if (warned.has(settings)) return
  warned.add(settings)
  process.emitWarning(
    `The session cookie "${settings.name}" is secure and was not sent, since the request did not come over HTTPS; ${causeOf(req)}.`,
    { code: 'COATCHECK_SECURE_COOKIE_WITHHELD' },
  )
}

function causeOf({ headers }: SessionRequest): string {
  const protocol = headers['x-forwarded-proto']
  if (protocol === undefined) return 'if a proxy ends HTTPS before this server, let it send X-Forwarded-Proto'
  if (!/^https\b/i.test(String(protocol))) return 'X-Forwarded-Proto is there and does not say "https"'
  return 'X-Forwarded-Proto is there: believe it with app.set("trust proxy", 1), or with the option "proxy"'
}
