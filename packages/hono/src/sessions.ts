import type { SessionData } from '@coatcheck/session'
import {
  createSessions,
  type FetchSessionOptions,
  PAGE_HEADERS,
  type SessionOf,
} from '@coatcheck/session/fetch'
import type { Context, MiddlewareHandler } from 'hono'

/**
 * Options of `sessions()`: those of `session.strict()`, with its defaults. Functions get Hono's context. `secure`:
 * whether a request came over HTTPS. Default: whether its URL begins with `https:`.
 */
export interface SessionsOptions extends FetchSessionOptions<Context> {}

/** The variables of an app with sessions whose data has the type `T`: `new Hono<{ Variables: SessionVariables<T> }>()`. */
export interface SessionVariables<T extends object = SessionData> {
  /**
   * The session of this request, as one object for the whole request. After `destroy` it has no data. It is missing when the store is
   * unavailable and `onStoreUnavailable` is `'skip'`, and when the path is not below `cookie.path`.
   */
  session: SessionOf<T>
}

/**
 * Middleware that gives each request a session, `c.get('session')`, and saves it before the response. `T` is the type of its data.
 * Throws a TypeError that names the option when an option is wrong.
 */
export function sessions<T extends object = SessionData>(
  options: SessionsOptions,
): MiddlewareHandler<{ Variables: SessionVariables<T> }> {
  const secure = options?.secure ?? (c => c.req.url.startsWith('https:'))
  const door = createSessions<T, Context>({ ...options, secure })

  return async (c, next) => {
    if (c.get('session')) return next()
    const opened = await door.open(c.req.raw, c)
    if (opened.answer) return opened.answer
    if (opened.session) c.set('session', opened.session)
    await next()
    if (c.get('session') === null) opened.session = null
    const page = c.res
    try {
      const saved = await opened.commit(page)
      if (saved !== page) replace(c, saved)
    } catch (error) {
      replace(c, withoutPage(page))
      throw error
    }
  }
}

/** Removes the old response first. Otherwise Hono would copy its headers, with `Set-Cookie`, to the new response. */
function replace(c: Context, response: Response): void {
  c.res = undefined
  c.res = response
}

/** A response with the headers of a page that may be sent with an error, when the session cannot be saved. */
function withoutPage(page: Response): Response {
  const headers = new Headers(page.headers)
  for (const name of PAGE_HEADERS) headers.delete(name)
  page.body?.cancel().catch(() => {})
  return new Response(null, { headers })
}
