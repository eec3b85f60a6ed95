import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Session, SessionData } from '../session/session.ts'
import type { Next } from './next.ts'

/** Middleware for Express, Connect, `node:http` and `node:http2` servers. `T` is the type of the data of its sessions. */
export interface SessionMiddleware<T extends object = SessionData> {
  (req: IncomingMessage | Http2ServerRequest, res: ServerResponse | Http2ServerResponse, next: Next): void
  /** The session of a request, with typed data; `undefined` if the request has none. */
  of(req: IncomingMessage | Http2ServerRequest): (Session & Partial<SessionData> & Partial<T>) | undefined
}
