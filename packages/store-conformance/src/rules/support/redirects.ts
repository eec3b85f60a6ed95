import type { Trial } from '../../trial/trial.ts'
import type { Session } from '../../values/session.ts'

/** What takes the place of a session that has got the id `to`: requests that still come with the old one are led there. */
export function redirect(t: Trial, to: string): Session {
  const session = t.session({})
  Object.assign(session.cookie, { 'coatcheck.redirect': { to, until: Date.now() + 60_000 } })
  return session
}
