import { createDebug } from 'obug'
import type { SessionRequest } from '../session/session.ts'

const debug = createDebug('express-session')

/** Makes a function that warns once for its middleware: a secure cookie was not sent, and this is the likely cause. */
export function secureCookieWarning(): (req: SessionRequest, name: string) => void {
  let warned = false
  return (req, name) => {
    debug('the session cookie is secure and the request is not')
    if (warned) return
    warned = true
    process.emitWarning(
      `The session cookie "${name}" is secure and was not sent, because the request did not come over HTTPS. ${causeOf(req)}.`,
      { code: 'COATCHECK_SECURE_COOKIE_WITHHELD' },
    )
  }
}

/** Makes a function that warns once when a proxy reports HTTPS and the application does not trust the proxy. */
export function untrustedProxyWarning(): (req: SessionRequest) => void {
  let warned = false
  return ({ headers }) => {
    if (warned || !/^https\b/i.test(String(headers['x-forwarded-proto']))) return
    warned = true
    process.emitWarning(
      'A proxy reports that the request came over HTTPS, but the session cookie is not secure. Trust the proxy with app.set("trust proxy", 1), or with the option "proxy".',
      { code: 'COATCHECK_UNTRUSTED_PROXY' },
    )
  }
}

function causeOf({ headers }: SessionRequest): string {
  const protocol = headers['x-forwarded-proto']
  if (protocol === undefined) return 'If a proxy terminates HTTPS, let it send X-Forwarded-Proto'
  if (!/^https\b/i.test(String(protocol))) return 'X-Forwarded-Proto is there, but does not say "https"'
  return 'X-Forwarded-Proto is there: trust it with app.set("trust proxy", 1), or with the option "proxy"'
}
