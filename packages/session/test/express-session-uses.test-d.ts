// What users of express-session's types write, on ours: the import is all that changes.
import { createSecretKey, randomBytes } from 'node:crypto'
import session, {
  Cookie,
  MemoryStore,
  type Session,
  type SessionData,
  type SessionOptions,
  Store,
} from '@coatcheck/session'
import connectPgSimple from 'connect-pg-simple'
import express, { type Request, type RequestHandler } from 'express'
import createMemoryStore from 'memorystore'

declare module '@coatcheck/session' {
  interface SessionData {
    views: number
  }
}

const app = express()

// Secrets: whatever node:crypto takes as a key.
const bytes = randomBytes(32)
for (const secret of [
  'a',
  ['a', 'b'],
  bytes,
  [bytes],
  new Uint8Array(32),
  new DataView(bytes.buffer),
  createSecretKey(bytes),
]) {
  app.use(session({ secret }))
}

// Options as functions of Express's request.
app.use(
  session({
    secret: 'a',
    name: 'sid',
    store: new session.MemoryStore(),
    genid: (req: Request) => req.path,
    cookie: (req: Request) => ({ path: req.baseUrl, secure: req.secure, sameSite: 'lax' }),
    proxy: true,
    resave: false,
    rolling: true,
    saveUninitialized: false,
    unset: 'destroy',
  }),
)
app.use(session({ secret: 'a', genid: (req: express.Request): string => req.ip ?? '' }))
app.use(
  session({
    secret: 'a',
    cookie: { path: '/', httpOnly: true, secure: 'auto', maxAge: null, priority: 'high' },
  }),
)
const options: SessionOptions = {
  secret: 'a',
  cookie: { expires: new Date(), partitioned: true, sameSite: true },
}
const handler: RequestHandler = session(options)
// @ts-expect-error: no number
session({ secret: 1 })
// @ts-expect-error: a function of a request
session({ secret: 'a', genid: (id: number) => String(id) })

// The session of a request, with callbacks as they were.
app.get('/', (req, res, next) => {
  const { session: ours, sessionID, sessionStore } = req
  ours.cookie.maxAge = 60_000
  ours.cookie.expires = new Date()
  const left: number | null = ours.cookie.originalMaxAge
  ours.touch().resetMaxAge()
  ours.save(error => next(error))
  ours.reload((error: unknown) => next(error))
  ours.regenerate(error => {
    next(error)
  })
  ours.destroy(() => res.send(`${sessionID} ${left}`))
  sessionStore.get(sessionID, (_error, data) => data?.cookie.expires)
  sessionStore.destroy(sessionID)
})

// A store that is used outside of a request, with data that need not be whole.
const store: Store = new MemoryStore()
store.set('sid', { views: 1 })
store.set('sid', { cookie: new Cookie({ maxAge: 1000 }), views: 1 }, error => error)
store.get('sid', (_error, data: SessionData | null | undefined) => data?.views.toFixed())
store.all?.((_error, all) => all)
store.length?.((_error, count) => count?.toFixed())
store.clear?.()
store.on('disconnect', () => {})

/** A store of a user's own, in the way of express-session's documentation. */
class Own extends Store {
  readonly #sessions = new Map<string, string>()
  override get(sid: string, callback: (error: unknown, data?: SessionData | null) => void): void {
    callback(null, JSON.parse(this.#sessions.get(sid) ?? 'null'))
  }
  override set(sid: string, data: SessionData, callback?: (error?: unknown) => void): void {
    this.#sessions.set(sid, JSON.stringify(data))
    callback?.()
  }
  override destroy(sid: string, callback?: (error?: unknown) => void): void {
    this.#sessions.delete(sid)
    callback?.()
  }
}
app.use(session({ secret: 'a', store: new Own() }))

// Stores that are made from the middleware take ours.
const PgStore = connectPgSimple(session)
app.use(session({ secret: 'a', store: new PgStore({ conString: 'postgres://localhost' }) }))
const MemorystoreStore = createMemoryStore(session)
app.use(session({ secret: 'a', store: new MemorystoreStore({ checkPeriod: 60_000 }) }))

export type Uses = [typeof handler, Session, Cookie]
