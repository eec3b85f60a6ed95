import type { Callback } from '../calls/call-method.ts'
import { type Codec, decode } from '../session/codec.ts'
import { hasEnded } from '../session/lifespan.ts'
import { type Loaded, noteLoaded } from '../session/loaded.ts'
import type { Session, SessionData } from '../session/session.ts'
import type { HashedIds } from './hashed-ids.ts'

/**
 * This key in the cookie of a record makes the record a redirect: the session has a new id. Other middleware reads it as a session
 * without a login that expires soon. The key is in the cookie, not in the data, because an application may let its users choose names
 * of keys in the data, and a user must not be able to forge a redirect.
 */
const REDIRECT = 'coatcheck.redirect'

/** How many redirects in a row are followed. */
const MAX_HOPS = 4

interface Redirect {
  /** The id of the session. */
  readonly to: string
  /** The key of that session, if ids are hashed. */
  readonly key?: string | undefined
  /** When the old id ends, in milliseconds since 1970. A touch of the record by other middleware does not move it. */
  readonly until: number
}

/** The redirect in `data`, if the record is one. */
export function redirectOf(data: object): Redirect | undefined {
  const { cookie } = data as { cookie?: object }
  if (!cookie || !Object.hasOwn(cookie, REDIRECT)) return undefined
  const redirect = ((cookie as { [REDIRECT]?: unknown })[REDIRECT] ?? {}) as Partial<Redirect>
  const isOne = typeof redirect.to === 'string' && typeof redirect.until === 'number'
  return isOne ? (redirect as Redirect) : undefined
}

/** The stored form of a redirect if ids are hashed: without the old id, `sid`, nobody can read the new one. */
export function hideSuccessor(ids: HashedIds, sid: string, session: object): object {
  const redirect = redirectOf(session)
  if (!redirect || redirect.key !== undefined) return session
  const { to, until } = redirect
  const { cookie } = session as { cookie: object }
  return {
    ...session,
    cookie: { ...cookie, [REDIRECT]: { to: ids.hide(sid, to), key: ids.keyOf(to), until } },
  }
}

/** Decrypt the new id in a redirect that was read by its id, `sid`. One that was read by its key keeps the key of the successor. */
export function showSuccessor(ids: HashedIds, sid: string, session: object): void {
  const { to, key, until } = redirectOf(session) ?? {}
  if (to === undefined || key === undefined || ids.keyOf(sid) === sid) return
  const shown = { to: ids.show(sid, to) ?? to, until }
  Object.assign((session as { cookie: object }).cookie, { [REDIRECT]: shown })
}

/** The id, or the key, to which the record in `text` redirects, if it is a redirect. */
export function successorIn(codec: Codec, text: string): string | undefined {
  if (codec === JSON && !text.includes(REDIRECT)) return undefined
  try {
    const redirect = redirectOf(decode(codec, text))
    return redirect?.key ?? redirect?.to
  } catch {
    // What cannot be decoded is not a redirect.
    return undefined
  }
}

/** The redirect record that replaces `old` until `until`. With `loaded`, it replaces only the record that `loaded` describes. */
export function makeRedirect(
  old: Session,
  to: string,
  until: number,
  loaded: Loaded | undefined,
): SessionData {
  const times = { originalMaxAge: until - Date.now(), expires: new Date(until) }
  const data = {
    cookie: { ...old.cookie.data, ...times, [REDIRECT]: { to, until } },
  } as unknown as SessionData
  if (loaded) noteLoaded(data, { ...loaded, compare: true })
  return data
}

/** Prefix of the keys that this package keeps in stored cookies. */
const RESERVED = 'coatcheck.'

/** Remove this package's own keys from a cookie that an application has assigned to the session. */
export function dropReservedKeys(cookie: object): void {
  for (const key of Object.keys(cookie)) {
    if (key.startsWith(RESERVED)) Reflect.deleteProperty(cookie, key)
  }
}

/** Called with a session and the id under which it was found. */
export type Found = (error: unknown, data: SessionData | undefined, sid: string) => void

/** Read a session and follow redirects. An expired redirect, or one whose successor does not exist, counts as no session. */
export function readThrough(
  read: (sid: string, done: Callback<SessionData>) => void,
  sid: string,
  done: Found,
  timeout: number | undefined,
  hops: number = MAX_HOPS,
): void {
  read(sid, (error, data) => {
    const redirect = error || !data ? undefined : redirectOf(data)
    if (!redirect) return done(error, !data || hasEnded(data, timeout) ? undefined : data, sid)
    if (hops === 0 || redirect.until <= Date.now()) return done(null, undefined, redirect.to)
    readThrough(read, redirect.to, done, timeout, hops - 1)
  })
}
