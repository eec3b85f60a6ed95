import type { EngineOptions } from '../options/engine-options.ts'

/**
 * Options of `createSessions()`: those of `session.strict()` that apply to a `Request`, with the same defaults. `Req` is what functions of
 * the request are given.
 */
export interface FetchSessionOptions<Req = Request> extends EngineOptions<Req> {
  /** Signs the cookie: the first of several signs, all verify. */
  secret: NonNullable<EngineOptions<Req>['secret']>
  /** Where sessions are kept. */
  store: NonNullable<EngineOptions<Req>['store']>
  /**
   * Whether a request came over HTTPS, for `cookie.secure`: `true` or `false` for all requests, or a function of the request. The function
   * can read what your proxy sends, such as `X-Forwarded-Proto`. Default: whether the URL of the request begins with `https:`.
   */
  secure?: boolean | ((request: Req) => boolean) | undefined
}
