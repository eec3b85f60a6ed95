import type { Callback } from '../calls/call-method.ts'
import { declareCombined } from '../calls/combined-operation.ts'
import { setImmediate } from '../calls/timers.ts'
import { publishExpired } from '../events/publish.ts'
import { type GetOptions, renewalOf } from '../records/renewal.ts'
import { hasEnded } from '../session/lifespan.ts'
import { noteRead } from '../session/loaded.ts'
import { cookieIn, stringify, withCookie, withExpires } from '../session/serialized.ts'
import type { SessionData } from '../session/session.ts'
import { Store } from './store.ts'

/**
 * The default store of express-session, for development only: it grows without limit, and other processes do not see its sessions.
 * Its methods take a callback, which they call in a later tick, or return a promise.
 */
declare class DevelopmentStore extends Store {
  /** Serialized sessions by id. */
  sessions: Record<string, string>
  override get(
    sid: string,
    callback?: Callback<SessionData | null>,
    options?: GetOptions,
  ): Promise<SessionData | undefined> | undefined
  override set(sid: string, session: SessionData, callback?: Callback): Promise<void> | undefined
  override destroy(sid: string, callback?: Callback): Promise<void> | undefined
  override touch(sid: string, session: SessionData, callback?: Callback): Promise<void> | undefined
  override all(
    callback?: Callback<Record<string, SessionData>>,
  ): Promise<Record<string, SessionData>> | undefined
  override length(callback?: Callback<number>): Promise<number> | undefined
  override clear(callback?: Callback): Promise<void> | undefined
}

export type MemoryStore = DevelopmentStore

export const MemoryStore: typeof DevelopmentStore = function MemoryStore(this: DevelopmentStore) {
  ;(Store as unknown as (this: object) => void).call(this)
  this.sessions = Object.create(null)
} as unknown as typeof DevelopmentStore

Object.setPrototypeOf(MemoryStore, Store)
Object.setPrototypeOf(MemoryStore.prototype, Store.prototype)

const methods = {
  get(this: MemoryStore, sid: string, callback?: Callback<SessionData | undefined>, options?: GetOptions) {
    return answer(callback, () => read(this.sessions, sid, options))
  },

  set(this: MemoryStore, sid: string, session: SessionData, callback?: Callback) {
    // Serialized now: later changes to the object are not stored.
    return answer(callback, () => {
      this.sessions[sid] = stringify(session)
    })
  },

  destroy(this: MemoryStore, sid: string, callback?: Callback) {
    return answer(callback, () => {
      delete this.sessions[sid]
    })
  },

  touch(this: MemoryStore, sid: string, session: SessionData, callback?: Callback) {
    return answer(callback, () => {
      const text = liveText(this.sessions, sid)
      if (text) this.sessions[sid] = withCookie(text, session.cookie) ?? replaceCookie(text, session.cookie)
    })
  },

  all(this: MemoryStore, callback?: Callback<Record<string, SessionData>>) {
    return answer(callback, () => live(this.sessions))
  },

  length(this: MemoryStore, callback?: Callback<number>) {
    return answer(callback, () => Object.keys(live(this.sessions)).length)
  },

  clear(this: MemoryStore, callback?: Callback) {
    return answer(callback, () => {
      this.sessions = Object.create(null)
    })
  },
}

for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(MemoryStore.prototype, name, { value, configurable: true, writable: true })
}

declareCombined(MemoryStore.prototype, 'get', ['touch'])

/** The session of `sid`. An expired one is deleted. */
function read(sessions: Record<string, string>, sid: string, options?: GetOptions): SessionData | undefined {
  const text = sessions[sid]
  if (!text) return undefined
  const session = JSON.parse(text)
  if (isOver(session.cookie?.expires) || hasEnded(session)) {
    delete sessions[sid]
    publishExpired(1, sid)
    return undefined
  }
  const renew = options?.renew
  const renewed = renew === undefined ? undefined : renewedText(text, renew)
  if (renewed) sessions[sid] = renewed
  noteRead(session, { text, renewed: renewed !== undefined }, options !== undefined)
  return session
}

/** The text with its expiry moved; `undefined` if `renew` does not fit, or if that needs parsing. */
function renewedText(text: string, renew: number | null): string | undefined {
  const renewal = renewalOf(renew, 0)
  if (!renewal || !text.startsWith(renewal.prefix)) return undefined
  if (renew !== null) return withExpires(text, new Date(Date.now() + renew), renewal.prefix.length)
  // A touch would clear a date. That is left to the touch itself.
  return text.startsWith(`${renewal.prefix}"expires":null`) ? text : undefined
}

/** The text of `sid`, if it has not expired. */
function liveText(sessions: Record<string, string>, sid: string): string | undefined {
  const text = sessions[sid]
  if (!text) return undefined
  const cookie = cookieIn(text) ?? JSON.parse(text).cookie
  return isOver(cookie?.expires) ? undefined : text
}

function isOver(expires: string | null | undefined): boolean {
  return Boolean(expires) && !(Date.parse(expires as string) > Date.now())
}

function replaceCookie(text: string, cookie: object): string {
  return JSON.stringify({ ...JSON.parse(text), cookie })
}

function live(sessions: Record<string, string>): Record<string, SessionData> {
  const found: Record<string, SessionData> = Object.create(null)
  for (const sid of Object.keys(sessions)) {
    const session = read(sessions, sid)
    if (session) found[sid] = session
  }
  return found
}

/** Do the work now, and call back in a later tick, so that an exception of the callback reaches no other code. */
function answer<T>(callback: Callback<T> | undefined, work: () => T): Promise<T> | undefined {
  if (callback !== undefined && callback !== null && typeof callback !== 'function') {
    return Promise.reject(new TypeError('The callback of a session store must be a function'))
  }
  let error: unknown = null
  let value: T | undefined
  try {
    value = work()
  } catch (thrown) {
    error = thrown
  }
  if (callback) {
    setImmediate(callback, error, value)
    return undefined
  }
  return error ? Promise.reject(error) : Promise.resolve(value as T)
}
