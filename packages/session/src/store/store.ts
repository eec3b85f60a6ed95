import { EventEmitter } from 'node:events'
import { callMethod, isPromise } from '../calls/call-method.ts'
import { nextTick } from '../calls/timers.ts'
import { type CookieOptions, storedCookie } from '../cookie/cookie.ts'
import { LiveSession } from '../session/live-session.ts'
import { loadedOf, noteLoaded } from '../session/loaded.ts'
import { HOST, Session, type SessionData, type SessionHolder } from '../session/session.ts'
import type { BaseStore } from '../session/store-contract.ts'

export type Store = BaseStore
export type { StoredData } from '../session/store-contract.ts'

export const Store: typeof BaseStore = function Store(this: EventEmitter) {
  EventEmitter.call(this)
} as unknown as typeof BaseStore

Object.setPrototypeOf(Store, EventEmitter)
Object.setPrototypeOf(Store.prototype, EventEmitter.prototype)

const methods: Pick<BaseStore, 'regenerate' | 'load' | 'createSession'> & ThisType<BaseStore> = {
  regenerate(req, callback) {
    callMethod<boolean>(this, 'destroy', [req.sessionID], 0, (error, wasThere) => {
      let generated: unknown
      try {
        generated = this.generate(req)
      } catch (failure) {
        // This runs in the store's callback: an exception would end the process.
        return callback(error ?? failure)
      }
      if (!isPromise(generated)) return callback(error, wasThere)
      generated.then(
        () => nextTick(callback, error, wasThere),
        failure => nextTick(callback, error ?? failure),
      )
    })
  },

  load(sid, callback) {
    callMethod<SessionData>(this, 'get', [sid], 0, (error, data) => {
      if (error || !data) return callback(error)
      const session = this.createSession({ sessionID: sid, sessionStore: this } as SessionHolder, data)
      noteLoaded(session, loadedOf(data))
      callback(null, session)
    })
  },

  createSession(req, data) {
    ;(data as SessionData).cookie = storedCookie((data as SessionData).cookie as CookieOptions)
    // Other middleware expects that `set` inserts or replaces. Without the note it does.
    const session = HOST in req ? live(req, data) : (new Session(req, data) as Session & Partial<SessionData>)
    req.session = session
    return session
  },
}

function live(req: SessionHolder, data: object): Session & Partial<SessionData> {
  const session = new LiveSession(req, data)
  const loaded = loadedOf(data)
  if (loaded) noteLoaded(session, loaded)
  return session
}

for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(Store.prototype, name, { value, configurable: true, writable: true })
}
