import type { Secret } from '../cookie/secret.ts'
import { dbscOf } from '../dbsc/options.ts'
import { answerDevice, isForDevice } from '../engine/device.ts'
import { cookieIds } from '../engine/host-name.ts'
import { policyFor } from '../engine/open.ts'
import { disconnected } from '../errors.ts'
import { cookieOptions } from '../options/settings.ts'
import type { SessionData } from '../session/session.ts'
import { readTransport } from '../transport/transport.ts'
import { FetchRequest } from './fetch-request.ts'
import type { LazySession, OpenedSession, RequestLike, SessionOf } from './fetch-session.ts'
import type { FetchSessionOptions } from './options.ts'
import { fetchSettings } from './settings.ts'

/** Sessions for servers that take a `Request` and return a `Response`. */
export interface Sessions<T extends object = SessionData, Req = Request> {
  /**
   * Read the session of a request by its cookie, or begin a new one. `onStoreUnavailable` decides whether this rejects when the store
   * cannot be read. Pass the response to `commit` of the returned object. `origin` is what functions of the request are given: an adapter
   * passes its framework's request, and sets `secure`. Default: `request`.
   */
  open(request: RequestLike, origin?: Req): Promise<OpenedSession<T, Req>>
  /** The session of a request, which is not read before it is used: for routes of which only some need a session. */
  lazy(request: Request, origin?: Req): LazySession<T, Req>
  /** Make a handler with sessions: it calls `open` before your handler, and `commit` after it. */
  handle<Rest extends unknown[]>(
    handler: (request: Request, session: SessionOf<T>, ...rest: Rest) => Response | Promise<Response>,
  ): (request: Request, ...rest: Rest) => Promise<Response>
}

/**
 * Sessions on standard `Request` and `Response` objects, with the options and defaults of `session.strict()`. `T` is the type of their data.
 * Throws a TypeError that names the option when an option is wrong.
 */
export function createSessions<T extends object = SessionData, Req = Request>(
  options: FetchSessionOptions<Req>,
): Sessions<T, Req> {
  const settingsFor = fetchSettings(options)
  const dbsc = dbscOf(options.dbsc)

  async function open(request: RequestLike, origin = request as Req): Promise<OpenedSession<T, Req>> {
    const settings = settingsFor(origin)
    const opened = new FetchRequest<T, Req>(request, origin)
    const { pathname } = new URL(request.url)
    const secrets = settings.secrets as readonly Secret[]
    if (settings.dbsc && isForDevice(settings.dbsc, request.method, pathname)) {
      const ids = cookieIds(request.headers.get('Cookie') ?? undefined, settings, secrets)
      const header = (name: string) => opened.header(name)
      opened.answerWith(
        await answerDevice(settings, { request: origin, path: pathname, secrets, ids, header }),
      )
      return opened
    }
    if (settings.skip?.(origin)) return opened
    if (!settings.availability.connected) {
      const error = disconnected()
      if (policyFor(error, origin, settings, 'skip') === 'error') throw error
      return opened
    }
    if (!pathname.startsWith(cookieOptions(settings, origin).path || '/')) return opened
    const { transport } = settings
    const ids = transport
      ? readTransport(transport, request, secrets)
      : cookieIds(request.headers.get('Cookie') ?? undefined, settings, secrets)
    await opened.begin(settings, secrets[0] as Secret, ids)
    return opened
  }

  function lazy(request: Request, origin?: Req): LazySession<T, Req> {
    let opened: Promise<OpenedSession<T, Req>> | undefined
    return {
      open() {
        opened ??= open(request, origin)
        return opened
      },
      async commit(response) {
        const { pathname } = new URL(request.url)
        if (dbsc && isForDevice(dbsc, request.method, pathname)) opened ??= open(request, origin)
        return opened ? (await opened).commit(response) : response
      },
    }
  }

  return {
    open,
    lazy,
    handle(handler) {
      return async (request, ...rest) => {
        const opened = await open(request)
        if (opened.answer) return opened.answer
        const response = await handler(request, opened.session as SessionOf<T>, ...rest)
        return opened.commit(response)
      }
    },
  }
}
