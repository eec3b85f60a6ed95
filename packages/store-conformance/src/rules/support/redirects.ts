import type { Trial } from '../../trial/trial.ts'
import type { Session } from '../../values/session.ts'

/** The redirect record of a session whose new id is `to`. Requests with the old id find that session. */
export function redirect(t: Trial, to: string): Session {
  const session = t.session({})
  Object.assign(session.cookie, { 'coatcheck.redirect': { to, until: Date.now() + 60_000 } })
  return session
}
