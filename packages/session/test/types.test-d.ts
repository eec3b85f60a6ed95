import type { EventEmitter } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import defaultExport, {
  bearer,
  type Callback,
  type Cookie,
  type CookieOptions,
  MemoryStore,
  RecordStore,
  type Session,
  type SessionData,
  SessionError,
  type SessionErrorCode,
  type SessionMiddleware,
  type SessionOptions,
  type SessionRequest,
  Store,
  type StoredEntry,
  type StoredRecord,
  session,
  type Transport,
  type UpdateResult,
} from '@coatcheck/session'
import { SqliteStore } from '@coatcheck/store-sqlite'
import connect from 'connect'
import express from 'express'
import { expectTypeOf } from 'vitest'

// Checked by `npm run test:types`; nothing of this is run.

declare module '@coatcheck/session' {
  interface SessionData {
    views: number
    user: { name: string }
  }
}

// Data of one's own, by declaration merging.
declare const req: SessionRequest
expectTypeOf(req.session.views).toEqualTypeOf<number | undefined>()
expectTypeOf(req.session.user?.name).toEqualTypeOf<string | undefined>()
expectTypeOf(req.session.cookie.maxAge).toEqualTypeOf<number | undefined>()
expectTypeOf(req.session.id).toBeString()
expectTypeOf(req.sessionID).toBeString()
expectTypeOf(req.sessionStore).toEqualTypeOf<Store>()
req.session.cookie.maxAge = 1000
req.session.views = 1
// @ts-expect-error: a number
req.session.views = 'one'
// @ts-expect-error: nobody has declared it
req.session.undeclared
// @ts-expect-error: read-only
req.session.id = 'other'

// Data of one middleware.
const typed = session<{ cart: string[] }>({ secret: 's' })
expectTypeOf(typed).toExtend<SessionMiddleware<{ cart: string[] }>>()
expectTypeOf(typed.of(req)!.cart).toEqualTypeOf<string[] | undefined>()
expectTypeOf(typed.of(req)!.views).toEqualTypeOf<number | undefined>()
expectTypeOf(session.strict<{ cart: string[] }>({ secret: 's' }).of(req)!.cart).toEqualTypeOf<
  string[] | undefined
>()
// @ts-expect-error: may be missing
typed.of(req).cart
// @ts-expect-error: not this one's data
session({ secret: 's' }).of(req)!.cart

// A callback, or else a promise.
const done: Callback = () => {}
for (const method of ['save', 'reload', 'regenerate'] as const) {
  expectTypeOf(req.session[method]()).toEqualTypeOf<Promise<void>>()
  expectTypeOf(req.session[method](done)).toExtend<Session>()
}
expectTypeOf(req.session.destroy()).toEqualTypeOf<Promise<boolean | undefined>>()
expectTypeOf(req.session.destroy((_error, was) => was)).toExtend<Session>()
expectTypeOf(req.session.regenerate({ keep: ['views'] })).toEqualTypeOf<Promise<void>>()
expectTypeOf(req.session.regenerate({ keep: true }, done)).toExtend<Session>()
expectTypeOf(req.session.regenerate({ keep: ['views'], data: { views: 1 } })).toEqualTypeOf<Promise<void>>()
// @ts-expect-error -- data is an object
req.session.regenerate({ data: 'Ada' })
expectTypeOf(req.session.touch()).toExtend<Session>()

// Goes where middleware goes.
const middleware = session({ secret: 's' })
express().use(middleware)
express().use('/path', middleware, (_req, res) => void res.end())
express.Router().use(middleware)
connect().use(middleware)
createServer((req, res) => middleware(req, res, error => res.end(String(error))))
createSecureServer((req, res) => middleware(req, res, () => res.end()))
expectTypeOf(middleware).parameter(0).toExtend<IncomingMessage | object>()
expectTypeOf<ServerResponse>().toExtend<Parameters<typeof middleware>[1]>()

// Options.
session()
session({
  secret: ['new', Buffer.from('old')],
  cookie: req => ({ secure: 'auto', sameSite: 'auto', path: req.url ?? '/' }),
  genid: async () => 'id',
  store: new MemoryStore(),
  conflict: (base, mine, theirs) => ({ ...base, ...theirs, ...mine }),
  transport: bearer({ header: 'Session-Token' }),
  onStoreUnavailable: (error, req) => (error.message && req.url === '/' ? 'skip' : 'error'),
  onError: (error, req) => console.error(error.message, req.url),
})
session({ secret: 's', store: SqliteStore.open(':memory:') })
session({
  transport: {
    read: ({ headers, url }) => headers.get('Session') ?? new URL(url).searchParams.get('id'),
    write: ({ headers }, id) => headers.set('Session', id),
    clear: ({ headers }) => headers.delete('Session'),
  },
})
session({
  name: req => `${req.url}.sid`,
  secret: (req: express.Request) => [req.hostname, 'old'],
  store: (req: express.Request) => (req.secure ? new MemoryStore() : SqliteStore.open(':memory:')),
})
// @ts-expect-error: no store
session({ store: () => ({}) })
// @ts-expect-error: a function returns a value, not a promise
session({ secret: async () => 's' })
expectTypeOf(session.bearer()).toEqualTypeOf<Transport>()
// @ts-expect-error: has no clear
session({ transport: { read: () => 'id', write() {} } })
// @ts-expect-error: no such choice
session({ unset: 'forget' })
// @ts-expect-error: no such option
session({ sekret: 's' })
// @ts-expect-error: no store
session({ store: {} })

// The parts of the module, as values and as types.
expectTypeOf(defaultExport).toEqualTypeOf(session)
expectTypeOf(session.Store).toEqualTypeOf<typeof Store>()
expectTypeOf(session.Cookie).toEqualTypeOf<typeof Cookie>()
expectTypeOf(session.Session).toEqualTypeOf<typeof Session>()
expectTypeOf(session.MemoryStore).toEqualTypeOf<typeof MemoryStore>()
export type Parts = [
  session.Store,
  session.Cookie,
  session.Session,
  session.MemoryStore,
  session.SessionData,
  session.SessionOptions,
  session.CookieOptions,
]
expectTypeOf<Parts[0]>().toEqualTypeOf<Store>()
expectTypeOf<Parts[4]>().toEqualTypeOf<SessionData>()
expectTypeOf<Parts[5]>().toEqualTypeOf<SessionOptions>()
expectTypeOf(new session.MemoryStore()).toExtend<Store>()
expectTypeOf(new session.Cookie({ maxAge: 1 }).toJSON().originalMaxAge).toEqualTypeOf<number | null>()
expectTypeOf<CookieOptions['maxAge']>().toEqualTypeOf<number | Date | null | undefined>()

// A store of express-session's kind.
class CallbackStore extends Store {
  rows = new Map<string, string>()
  get(sid: string, callback: Callback<SessionData | null>) {
    callback(null, JSON.parse(this.rows.get(sid) ?? 'null'))
  }
  set(sid: string, session: SessionData, callback?: Callback) {
    this.rows.set(sid, JSON.stringify(session))
    callback?.()
  }
  destroy(sid: string, callback?: Callback) {
    this.rows.delete(sid)
    callback?.()
  }
}
session({ store: new CallbackStore() })
expectTypeOf(new CallbackStore()).toExtend<EventEmitter>()
new CallbackStore().on('disconnect', () => {}).emit('connect')

class PromiseStore extends session.Store {
  async get(_sid: string): Promise<SessionData | undefined> {
    return undefined
  }
  async set(_sid: string, _session: SessionData): Promise<void> {}
  async destroy(_sid: string): Promise<void> {}
}
session({ store: new PromiseStore() })
// @ts-expect-error: what is abstract has to be there
class _Incomplete extends Store {}

// A backend of our kind.
class Backend extends RecordStore {
  protected async _read(_sid: string): Promise<StoredRecord | undefined> {
    return { data: '', ttl: 1 }
  }
  protected async _write(_sid: string, _data: string, _ttl: number): Promise<void> {}
  protected async _update(): Promise<UpdateResult> {
    return 'missing'
  }
  protected async _touch(_sid: string, _ttl: number): Promise<boolean> {
    return true
  }
  protected async _destroy(_sid: string): Promise<boolean> {
    return true
  }
  protected async *_entries(): AsyncGenerator<StoredEntry> {}
  protected async _clear(): Promise<void> {}
}
const backend = new Backend({ ttl: 1000, pruneInterval: false })
expectTypeOf(backend.get('sid')).toEqualTypeOf<Promise<SessionData | undefined>>()
expectTypeOf(backend.get('sid', () => {})).toEqualTypeOf<void>()
expectTypeOf(backend.get('sid', () => {}, { renew: 1000 })).toEqualTypeOf<void>()
expectTypeOf(backend.get('sid', undefined, { renew: null })).toEqualTypeOf<Promise<SessionData | undefined>>()
expectTypeOf(backend.touch('sid', req.session as SessionData)).toEqualTypeOf<Promise<boolean>>()
expectTypeOf(backend.all()).toEqualTypeOf<Promise<Record<string, SessionData>>>()
expectTypeOf(backend.ids()).toEqualTypeOf<Promise<string[]>>()
backend.length((error, length) => {
  expectTypeOf(error).toBeUnknown()
  expectTypeOf(length).toEqualTypeOf<number | undefined>()
})
session({ store: backend })
// @ts-expect-error: hooks are not for callers
backend._read('sid')

// Errors.
expectTypeOf(new SessionError('ERR_SESSION_GONE', 'gone').code).toEqualTypeOf<SessionErrorCode>()
expectTypeOf<'ERR_SESSION_CHANGED'>().toExtend<SessionErrorCode>()
// @ts-expect-error: no such code
new SessionError('ERR_OTHER', 'other')
