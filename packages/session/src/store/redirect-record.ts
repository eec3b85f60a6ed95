import type { Callback } from '../calls/call-store.ts'
import { type Loaded, noteLoaded } from '../session/loaded.ts'
import type { Session, SessionData } from '../session/session.ts'

/**
 * The key of a record that stands in for a session whose id was replaced: other readers of the store find a session that nobody
 * is logged in to, and which ends soon.
 */
const REDIRECT = 'coatcheck.redirect'

/** A chain of replaced ids is followed so far. */
const MAX_HOPS = 4

interface Redirect {
  /** The id of the session. */
  readonly to: string
  /** When the old id is a stranger, as `Date.now()` gives it. A touch by somebody who knows no pointers does not move it. */
  readonly until: number
}

/** The redirect that `data` is, if it is one. */
export function redirectOf(data: object): Redirect | undefined {
  const redirect = (data as { [REDIRECT]?: Partial<Redirect> })[REDIRECT]
  if (typeof redirect?.to !== 'string' || typeof redirect.until !== 'number') return undefined
  return redirect as Redirect
}

/** What is stored in place of `old` for `grace` milliseconds; written only over what `loaded` tells of, where it is given. */
export function makeRedirect(
  old: Session,
  to: string,
  until: number,
  loaded: Loaded | undefined,
): SessionData {
  const cookie = { ...old.cookie.data, originalMaxAge: until - Date.now(), expires: new Date(until) }
  const data = { cookie, [REDIRECT]: { to, until } } as unknown as SessionData
  if (loaded) noteLoaded(data, { ...loaded, compare: true })
  return data
}

/** Hears of a session and of the id under which it was found. */
export type Found = (error: unknown, data: SessionData | undefined, sid: string) => void

/** Read a session, also where its id was replaced. A redirect that is over or leads nowhere is no session. */
export function readThrough(
  read: (sid: string, done: Callback<SessionData>) => void,
  sid: string,
  done: Found,
  hops: number = MAX_HOPS,
): void {
  read(sid, (error, data) => {
    const redirect = error || !data ? undefined : redirectOf(data)
    if (!redirect) return done(error, data || undefined, sid)
    if (hops === 0 || redirect.until <= Date.now()) return done(null, undefined, redirect.to)
    readThrough(read, redirect.to, done, hops - 1)
  })
}
