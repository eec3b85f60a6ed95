import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'

// What express-session and its drop-ins have in common, as far as the tests use it. Written out by hand, because the
// tests hold two packages with types of their own against each other, and do to them what types forbid.

export type Done = (error?: unknown) => void

export interface SessionCookie {
  path: string | undefined
  domain: string | undefined
  httpOnly: boolean | undefined
  secure: boolean | 'auto' | undefined
  sameSite: boolean | string | undefined
  get expires(): Date | null | undefined
  set expires(value: unknown)
  get maxAge(): number | null | undefined
  set maxAge(value: unknown)
  originalMaxAge: number | null | undefined
  readonly data: Record<string, unknown>
  serialize(name: string, value: string): string
  toJSON(): Record<string, unknown>
}

export interface Session {
  [key: string]: unknown
  id: string
  req: Request
  cookie: SessionCookie
  touch(): Session
  resetMaxAge(): Session
  save(done?: Done): unknown
  reload(done: Done): unknown
  destroy(done?: Done): unknown
  regenerate(done: Done): unknown
}

export interface Request extends IncomingMessage {
  session: Session
  sessionID: string
  sessionStore: Store
  originalUrl?: string
  secret?: string
  secure?: unknown
  cookies?: Record<string, unknown>
  signedCookies?: Record<string, unknown>
}

export type Response = ServerResponse

/** A session as stores see it: data beside a `cookie`. */
export interface Stored {
  [key: string]: unknown
  cookie: {
    originalMaxAge?: number | null | undefined
    expires?: Date | string | null | undefined
    [key: string]: unknown
  }
}

/** A request as far as stores need one. */
export interface RequestLike {
  sessionID?: string
  sessionStore?: Store
  session?: Session
}

export type Got = (error?: unknown, session?: Stored | null) => void

export interface Store extends EventEmitter {
  get(id: string, done: Got): unknown
  set(id: string, session: Stored, done?: Done): unknown
  destroy(id: string, done?: Done): unknown
  touch?(id: string, session: Stored, done?: Done): unknown
  generate(req: RequestLike): unknown
  createSession(req: RequestLike, stored: Stored): Session
  load(id: string, done: (error?: unknown, session?: Session) => void): unknown
  regenerate(req: RequestLike, done: Done): unknown
}

export interface MemoryStore extends Store {
  sessions: Record<string, string>
  touch(id: string, session: Stored, done?: Done): unknown
  all(done: (error: unknown, sessions: Record<string, Stored>) => void): unknown
  clear(done?: Done): unknown
  length(done: (error: unknown, length: number) => void): unknown
}

export interface Options {
  [key: string]: unknown
  store?: unknown
}

export type Middleware = (req: Request, res: Response, next: Done) => void

export interface SessionModule {
  (options?: Options): Middleware
  Cookie: new (options?: unknown) => SessionCookie
  MemoryStore: new () => MemoryStore
  Session: new (req: RequestLike, data?: unknown) => Session
  // A plain function as well, for stores that call it on themselves.
  Store: (new () => Pick<Store, 'createSession' | 'load' | 'regenerate'> & EventEmitter) & {
    call(store: object): void
    prototype: object
  }
}
