import type { SessionHolder } from '../session/session.ts'

/** The `Set-Cookie` values of a response that has not been sent. */
export interface SetCookies {
  get(): readonly string[]
  /** Replace all of them. */
  set(values: readonly string[]): void
}

/**
 * What the engine knows of one request. A door (`node/`, `fetch/`) gives it, and nothing here depends on a server.
 */
export interface Door<Req = unknown> {
  /** Where the request's session, its id and the store stand. */
  readonly holder: SessionHolder
  /** The request itself, for the application's own functions such as `genid` and `onError`. The engine does not look at it. */
  readonly request: Req
  /** The method, such as `'GET'`. */
  readonly method: string | undefined
  /** Whether the request came over HTTPS. */
  isSecure(): boolean
  /** Whether `ended` tells of every end. */
  readonly tellsEnd: boolean
  /** Whether the client has gone, or has got the whole response. `false` where a door cannot tell. */
  readonly ended: boolean
}

/** How a door completes a response. The engine calls `decided` first, and then exactly one of `send` and `refuse`. */
export interface Completion {
  /** The head of the response has gone: no cookie reaches the client any more. */
  readonly headGone: boolean
  /** The engine knows what is left to do for the session, and asks the store next: no header changes from here on but by `changeCookies`. */
  decided(): void
  /** Change the session's cookie in a response that has not been sent. Does nothing when it has. */
  changeCookies(change: (cookies: SetCookies) => void): void
  /** Send the response. `error`, if there is one, is told to the application afterwards. */
  send(error?: unknown): void
  /** The session could not be saved, and the application has chosen that the client shall know (`onSaveError: 'error'`). */
  refuse(error: unknown): void
}
