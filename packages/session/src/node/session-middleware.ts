import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Session, SessionData } from '../session/session.ts'
import type { Next } from './next.ts'

/** Middleware for Express, Connect, and `node:http` and `node:http2` servers. `T` is the data of its sessions. */
export interface SessionMiddleware<T extends object = SessionData> {
  (req: IncomingMessage | Http2ServerRequest, res: ServerResponse | Http2ServerResponse, next: Next): void
  /** The session of a request, with the type of its data; `undefined` where the request has none. */
  of(req: IncomingMessage | Http2ServerRequest): (Session & Partial<SessionData> & Partial<T>) | undefined
}
