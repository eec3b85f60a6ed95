import type { Cookie } from '../cookie/cookie.ts'
import type { RegenerateOptions, SessionData } from '../session/session.ts'

/** The session of a `Request`: your data as its own properties, and these methods, which return promises. */
export interface FetchSession {
  /** The session's id. */
  readonly id: string
  cookie: Cookie
  /** Write the session to the store now; `commit` does it at the end. */
  save(): Promise<void>
  /** Replace the data by what the store has. Fails when it has none. */
  reload(): Promise<void>
  /** End the session, and begin a new one under a new id: on every login. */
  regenerate(options?: RegenerateOptions): Promise<void>
  /** End the session. Tells whether it was there, where the store knows. */
  destroy(): Promise<boolean | undefined>
  /** Start the lifetime anew; `commit` does it. */
  touch(): this
  /** Set `cookie.maxAge` back to `cookie.originalMaxAge`. */
  resetMaxAge(): this
}

/** A session with data of type `T`. */
export type SessionOf<T extends object> = FetchSession & Omit<Partial<SessionData>, 'cookie'> & Partial<T>
