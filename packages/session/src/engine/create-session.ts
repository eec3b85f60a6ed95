import type { CookieData } from '../cookie/cookie.ts'
import { LOADED } from '../session/loaded.ts'
import type { SessionData, SessionRequest } from '../session/session.ts'
import { Store } from '../store/store.ts'

/**
 * Make `req.session` of stored data, as the store does it. A store that extends express-session's `Store` makes that package's
 * `Session`, whose methods know neither promises nor other requests: ours takes its place. One that a store has made itself stays.
 */
export function createSession(store: Store, req: SessionRequest, data: SessionData): void {
  store.createSession(req, data)
  const { session } = req
  if (!session || LOADED in session || session.constructor?.name !== 'Session') return
  const cookie: CookieData = session.cookie.data
  if (cookie) Store.prototype.createSession.call(store, req, { ...session, cookie } as unknown as SessionData)
}
