import type { CookieData } from '../cookie/cookie.ts'
import { LOADED } from '../session/loaded.ts'
import type { SessionData, SessionHolder } from '../session/session.ts'
import { Store } from '../store/store.ts'

/**
 * Put a session of stored data into `holder`, as the store does it. A store that extends express-session's `Store` makes that package's
 * `Session`, whose methods know neither promises nor other requests, so ours replaces it. A class of the store's own stays.
 */
export function createSession(store: Store, holder: SessionHolder, data: SessionData): void {
  store.createSession(holder, data)
  const { session } = holder
  if (!session || LOADED in session || session.constructor?.name !== 'Session') return
  const cookie: CookieData = session.cookie.data
  if (cookie)
    Store.prototype.createSession.call(store, holder, { ...session, cookie } as unknown as SessionData)
}
