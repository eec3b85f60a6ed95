import type { CookieData } from '../cookie/cookie.ts'
import { LOADED } from '../session/loaded.ts'
import type { SessionData, SessionHolder } from '../session/session.ts'
import { Store } from '../store/store.ts'

/**
 * Let the store put a session with stored data into `holder`. A store that extends express-session's `Store` makes a `Session` of that
 * package, whose methods return no promises and ignore other requests: it is replaced. A session of the store's own class stays.
 */
export function createSession(store: Store, holder: SessionHolder, data: SessionData): void {
  store.createSession(holder, data)
  const { session } = holder
  if (!session || LOADED in session || session.constructor?.name !== 'Session') return
  const cookie: CookieData = session.cookie.data
  if (cookie)
    Store.prototype.createSession.call(store, holder, { ...session, cookie } as unknown as SessionData)
}
