import { createDebug } from 'obug'
import { type Callback, callMethod, isPromise } from '../calls/call-method.ts'
import { nextTick } from '../calls/timers.ts'
import type { SignedId } from '../cookie/session-ids.ts'
import { hasCode } from '../errors.ts'
import { publishRejected } from '../events/publish.ts'
import type { Settings } from '../options/settings.ts'
import { type Found, readThrough } from '../records/redirect-record.ts'
import { bareCookie } from '../session/codec.ts'
import { isBare, noteBare } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'
import { createSession } from './create-session.ts'
import { admits } from './device.ts'
import { isMissing, load } from './load.ts'
import { newCookie } from './new-session.ts'
import type { RequestSession } from './request-session.ts'

const debug = createDebug('express-session')

type Done = (error?: unknown) => void

/**
 * Give the request the session of the first of `ids` that has one, or a new session. `done` is called once. If the store is unavailable
 * and `onStoreUnavailable` is `'skip'`, it is called without an error, and there is no session.
 */
export function openSession(own: RequestSession, ids: readonly SignedId[], done: Done): void {
  const [cookie, ...others] = ids
  if (cookie === undefined) return begin(own, done)
  const time = own.settings.tombstones.now
  load(own, cookie.id, read, (error, data, found) => {
    if (isMissing(error, data)) {
      debug('there is no session of this id')
      publishRejected('unknown', cookie.id)
      return openSession(own, others, done)
    }
    if (error) return failed(own, error, done)
    putInPlace(own, { cookie, found, data: data as SessionData, time }, done)
  })
}

function read(own: RequestSession, sid: string, found: Found): void {
  const { store, storeTimeout, absoluteTimeout } = own.settings
  const options = own.readOptions()
  const get = (id: string, read: Callback<SessionData>) =>
    callMethod(store, 'get', [id], storeTimeout, read, options)
  readThrough(get, sid, found, absoluteTimeout)
}

/** Whether a failure of the store fails the request, or the request goes on without a session. */
export function policyFor<Req>(
  error: Error,
  req: Req,
  settings: Settings<Req>,
  otherwise: 'skip' | 'error',
): 'skip' | 'error' {
  const policy = settings.onStoreUnavailable ?? otherwise
  return typeof policy === 'function' ? policy(error, req) : policy
}

/** The session cannot be read. A corrupt session never becomes readable: with `onCorrupt: 'new'` its user gets a new one. */
function failed(own: RequestSession, error: unknown, done: Done): void {
  const { settings, door } = own
  debug('the session cannot be read: %o', error)
  if (settings.onCorrupt === 'new' && hasCode(error, 'ERR_SESSION_CORRUPT')) {
    own.report(error)
    return begin(own, done)
  }
  let policy: 'skip' | 'error'
  try {
    policy = policyFor(error as Error, door.request, settings, 'error')
  } catch (thrown) {
    return done(thrown)
  }
  done(policy === 'error' ? error : undefined)
}

interface FoundSession {
  readonly cookie: SignedId
  /** The id under which it is stored. */
  readonly found: string
  readonly data: SessionData
  readonly time: number
}

function putInPlace(own: RequestSession, { cookie, found, data, time }: FoundSession, done: Done): void {
  try {
    own.found(cookie, found)
    if (!data.cookie) Object.assign(noteBare(data), { cookie: bareCookie() })
    createSession(own.settings.store, own.holder, data)
    if (isBare(data)) own.holder.session.cookie = newCookie(own.settings, own.door.request)
    if (!own.settings.dbsc || admits(own)) own.loaded(data, time)
  } catch (error) {
    return done(error)
  }
  done()
}

/** Begin a new session. The id that the client sent, if any, is never adopted. */
function begin(own: RequestSession, done: Done): void {
  let generated: unknown
  try {
    generated = own.settings.store.generate(own.holder)
    if (!isPromise(generated)) own.generated()
  } catch (error) {
    return done(error)
  }
  if (!isPromise(generated)) return done()
  generated
    .then(() => own.generated())
    .then(
      () => nextTick(done),
      error => nextTick(done, error),
    )
}
