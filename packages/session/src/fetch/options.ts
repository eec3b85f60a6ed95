import type { EngineOptions } from '../engine/options.ts'

/** Options of `createSessions()`: those of `session.strict()` that apply to a `Request`, with the same defaults. */
export interface FetchSessionOptions extends EngineOptions<Request> {
  /** Signs the cookie: the first of several signs, all verify. */
  secret: NonNullable<EngineOptions<Request>['secret']>
  /** Where sessions are kept. */
  store: NonNullable<EngineOptions<Request>['store']>
  /**
   * Whether a request came over HTTPS, for `cookie.secure`: `true` or `false` for all requests, or a function of the request. The function
   * can read what your proxy sends, such as `X-Forwarded-Proto`. Default: whether the URL of the request begins with `https:`.
   */
  secure?: boolean | ((request: Request) => boolean) | undefined
}
