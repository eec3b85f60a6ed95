import createDebug from 'debug'
import type { SessionRequest } from '../session/session.ts'

const debug = createDebug('express-session')

/** Makes a function that tells once, for one middleware, that its secure cookie is not sent and what the cause may be. */
export function secureCookieWarning(name: string): (req: SessionRequest) => void {
  let warned = false
  return req => {
    debug('the session cookie is secure and the request is not')
    if (warned) return
    warned = true
    process.emitWarning(
      `The session cookie "${name}" is secure and was not sent, because the request did not come over HTTPS; ${causeOf(req)}.`,
      { code: 'COATCHECK_SECURE_COOKIE_WITHHELD' },
    )
  }
}

/** Makes a function that tells once when a proxy says that it speaks HTTPS and the application does not believe it. */
export function untrustedProxyWarning(): (req: SessionRequest) => void {
  let warned = false
  return ({ headers }) => {
    if (warned || !/^https\b/i.test(String(headers['x-forwarded-proto']))) return
    warned = true
    process.emitWarning(
      'A proxy says that the request came over HTTPS, and the session cookie is not secure: believe the proxy with app.set("trust proxy", 1), or with the option "proxy".',
      { code: 'COATCHECK_UNTRUSTED_PROXY' },
    )
  }
}

function causeOf({ headers }: SessionRequest): string {
  const protocol = headers['x-forwarded-proto']
  if (protocol === undefined) return 'if a proxy ends HTTPS before this server, let it send X-Forwarded-Proto'
  if (!/^https\b/i.test(String(protocol))) return 'X-Forwarded-Proto is there and does not say "https"'
  return 'X-Forwarded-Proto is there: believe it with app.set("trust proxy", 1), or with the option "proxy"'
}
