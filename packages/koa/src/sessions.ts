import type { SessionData } from '@coatcheck/session'
import { createSessions, type FetchSessionOptions } from '@coatcheck/session/fetch'
import type { DefaultState, Middleware, ParameterizedContext } from 'koa'
import { ContextSession } from './context-session.ts'
import type { SessionContext } from './koa-session.ts'
import { WebRequest } from './web.ts'

/**
 * Options of `sessions()`: those of `session.strict()`, with its defaults. Functions get Koa's context. `secure`:
 * whether a request came over HTTPS. Default: `ctx.secure`.
 */
export interface SessionsOptions extends FetchSessionOptions<ParameterizedContext> {
  /** Save the session at the end of each request. With `false`, `ctx.session.manuallyCommit()` does it. Default `true`. */
  autoCommit?: boolean | undefined
}

/** The names that options of koa-session have here. */
const RENAMED: Record<string, string> = {
  key: 'name',
  maxAge: 'cookie.maxAge',
  httpOnly: 'cookie.httpOnly',
  sameSite: 'cookie.sameSite',
}

/** Where a request keeps its session. */
const OWN = Symbol('coatcheck.session')

type Context = ParameterizedContext & { [OWN]?: ContextSession }

/**
 * Middleware that gives each request `ctx.session`, as koa-session has it, and saves it before the response. `T` is the type of its
 * data. Throws a TypeError that names the option when an option is wrong.
 */
export function sessions<T extends object = SessionData>(
  options: SessionsOptions,
): Middleware<DefaultState, SessionContext<T>> {
  const { autoCommit = true, ...others } = options ?? {}
  for (const [theirs, ours] of Object.entries(RENAMED)) {
    if (theirs in others) throw new TypeError(`The option "${theirs}" of koa-session is "${ours}" here`)
  }
  const door = createSessions<object, ParameterizedContext>({
    ...others,
    secure: others.secure ?? (ctx => ctx.secure),
  })

  return async (context, next) => {
    const ctx = context as unknown as Context
    if (ctx[OWN]) return next()
    const opened = await door.open(new WebRequest(ctx), ctx)
    if (opened.answer) return answer(ctx, opened.answer)
    const own = new ContextSession(ctx, opened)
    ctx[OWN] = own
    Object.defineProperty(ctx, 'session', {
      configurable: true,
      get: () => own.session,
      set: session => {
        own.session = session
      },
    })
    try {
      await next()
    } catch (error) {
      if (autoCommit) await own.commit(500)
      keepCookie(error, own.sent)
      throw error
    }
    if (autoCommit) await own.end()
  }
}

/** Send a response that the session gives in place of the application. */
async function answer(ctx: Context, { status, headers, body }: Response): Promise<void> {
  ctx.set(Object.fromEntries(headers))
  ctx.status = status
  ctx.body = body ? await new Response(body).text() : ''
}

/** Koa removes all headers from an error page, except those that the error itself has. */
function keepCookie(error: unknown, sent: ContextSession['sent']): void {
  if (Object.keys(sent).length === 0 || typeof error !== 'object' || error === null) return
  Reflect.set(error, 'headers', { ...(error as { headers?: object }).headers, ...sent })
}
