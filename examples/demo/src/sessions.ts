import { type SessionMiddleware, session } from '@coatcheck/session'
import type { SqliteStore } from '@coatcheck/store-sqlite'
import type { Cart } from './cart.ts'
import type { Coat } from './coats.ts'

/** What the cloakroom keeps of a visitor. */
export interface Visitor {
  /** Missing until the visitor has logged in. */
  user: string
  coat: Coat
  /** Epoch milliseconds of the login, or of the first thing handed in before it. */
  since: number
  /** Which browser it was, in words. */
  browser: string
  visits: number
  cart: Cart
  /** One sentence for the next page. */
  note: string
  /** What the two attendants of the race have hung up. */
  hookA: string
  hookB: string
}

export type VisitorSessions = SessionMiddleware<Visitor>
export type VisitorSession = NonNullable<ReturnType<VisitorSessions['of']>>

/** The name of the cookie. */
export const TICKET = 'ticket'

/** The path of the second middleware, which shows the benefit of `conflict: 'merge'`. */
export const OVERWRITE_PATH = '/overwrite'

export interface SessionSettings {
  store: SqliteStore
  secret: string
  maxAge: number
}

/** A login is good for a week, however much it is used. The store then also knows when each one was. */
const WEEK = 7 * 24 * 3_600_000

/** The sessions of the demo. `rolling`: each answer renews the cookie. `dbsc`: browsers that can bind the session to the device. */
export function visitorSessions({ store, secret, maxAge }: SessionSettings): VisitorSessions {
  return session.strict<Visitor>({
    name: TICKET,
    store,
    secret,
    rolling: true,
    absoluteTimeout: WEEK,
    dbsc: {},
    cookie: { maxAge },
  })
}

/** The same, but the last writer wins, and with another cookie on another path. */
export function overwritingSessions({ store, secret, maxAge }: SessionSettings): VisitorSessions {
  return session.strict<Visitor>({
    name: `${TICKET}-overwrite`,
    store,
    secret,
    conflict: 'overwrite',
    cookie: { maxAge, path: OVERWRITE_PATH },
  })
}

/** The session of a request that has passed the middleware. */
export function sessionOf(
  sessions: VisitorSessions,
  req: Parameters<VisitorSessions['of']>[0],
): VisitorSession {
  const found = sessions.of(req)
  if (!found) throw new Error('This request has no session')
  return found
}
