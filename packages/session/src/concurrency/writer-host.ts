import type { PendingCalls } from '../calls/pending-calls.ts'
import type { CookieData } from '../cookie/cookie.ts'
import type { Session, SessionHolder } from '../session/session.ts'
import type { Snapshot } from '../session/snapshot.ts'
import type { ConcurrencySettings } from './settings.ts'

/** What a writer needs of the request that it writes for. */
export interface WriterHost {
  readonly holder: SessionHolder
  readonly settings: ConcurrencySettings
  /** The response waits for these calls. */
  readonly calls: PendingCalls
  snapshot(session: Session): Snapshot
  /** Forget the last snapshot, because the session has changed. */
  forget(): void
  /**
   * Prepare a session for a save: a save in the middle of a request already stores the lifetime that the touch at its end will set.
   * Returns whether the save restarts the lifetime.
   */
  prepare(session: Session): boolean
  report(error: unknown): void
  /** A save has overwritten these top-level keys, which another request had changed too. */
  conflicted(keys: readonly string[]): void
}

/** The state that a request's changes were made to: the base of a three-way merge. */
export interface MergeBase {
  /** The session's data as text, without its cookie. */
  readonly data: string
  /** Set only if cookies can be merged. */
  readonly cookie: CookieData | undefined
}
