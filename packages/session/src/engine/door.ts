import type { SessionHolder } from '../session/session.ts'
import type { ResponseHeaders } from './headers.ts'

/** The `Set-Cookie` values of a response that has not been sent. With a transport: the signed id, or an empty text to clear it. */
export interface SetCookies extends ResponseHeaders {
  get(): readonly string[]
  /** Replace all of them. */
  set(values: readonly string[]): void
}

/**
 * What the engine knows of one request. A door (`node/` or `fetch/`) implements it. Nothing here depends on a server.
 */
export interface Door<Req = unknown> {
  /** The object that has the request's session, its id and the store. */
  readonly holder: SessionHolder
  /** The request itself, for the application's own functions such as `genid` and `onError`. The engine does not look at it. */
  readonly request: Req
  /** The method, such as `'GET'`. */
  readonly method: string | undefined
  /** A header of the request, by its name in lower case. */
  header(name: string): string | undefined
  /** Whether the request came over HTTPS. */
  isSecure(): boolean
  /** Whether `ended` is reliable. */
  readonly tellsEnd: boolean
  /** Whether the client has gone, or has the whole response. `false` if the door cannot tell. */
  readonly ended: boolean
}

/** How a door completes a response. The engine calls `decided` first, and then exactly one of `send` and `refuse`. */
export interface Completion {
  /** Whether the response headers were sent: then no cookie reaches the client any more. */
  readonly headGone: boolean
  /** The engine has decided what to do for the session, and calls the store next. From here on only `changeCookies` changes a header. */
  decided(): void
  /** Change the session's cookie in the response. Does nothing when the headers were sent. */
  changeCookies(change: (cookies: SetCookies) => void): void
  /** Send the response, then tell the application about `error`, if there is one. */
  send(error?: unknown): void
  /** The session could not be saved, and the client has to get an error (`onSaveError: 'error'`). */
  refuse(error: unknown): void
}
