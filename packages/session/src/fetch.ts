/** Sessions for servers that take a standard `Request` and return a `Response`: Bun, Deno, Hono, Next, SvelteKit and others. */
export { PAGE_HEADERS } from './errors.ts'
export type * from './events/messages.ts'
export { createSessions, type Sessions } from './fetch/create-sessions.ts'
export type {
  FetchSession,
  LazySession,
  OpenedSession,
  RequestLike,
  ResponseLike,
  SessionOf,
} from './fetch/fetch-session.ts'
export type { FetchSessionOptions } from './fetch/options.ts'
export { type BearerOptions, bearer } from './transport/bearer.ts'
export type { Transport, TransportRequest, TransportResponse } from './transport/transport.ts'
