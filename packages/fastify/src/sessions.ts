import type { Secret } from '@coatcheck/session'
import { createSessions } from '@coatcheck/session/fetch'
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
} from 'fastify'
import plugin from 'fastify-plugin'
import { fetchOptions, type SessionsOptions } from './options.ts'
import { type Common, RequestSession } from './request-session.ts'
import { CookieForm, WebRequest } from './web.ts'

/** Where a request keeps its session. */
const OWN = Symbol('coatcheck.session')

type WithSession = FastifyRequest & { [OWN]?: RequestSession | null }

async function register(app: FastifyInstance, options: SessionsOptions): Promise<void> {
  const door = createSessions<Record<string, unknown>, FastifyRequest>(fetchOptions(options))
  const commonFor = commonOf(options)

  decorate(app, options)
  app.addHook('onRequest', async (request: WithSession, reply) => {
    const common = commonFor(request)
    const opened = await door.open(new WebRequest(request, common.form), request)
    if (opened.answer) return reply.send(opened.answer)
    request[OWN] = new RequestSession(opened, common)
  })
  app.addHook('onSend', async (request: WithSession, reply) => {
    // After `reply.callNotFound()`, the hooks of the route do not run.
    if (!request[OWN]?.late || request.is404) await request[OWN]?.commit(reply)
  })
  // The hooks of the application may still change the session. Hooks of a route run after them.
  app.addHook('onRoute', route => {
    route.onRequest = [...[route.onRequest ?? []].flat(), saveLate]
    route.onSend = [...[route.onSend ?? []].flat(), saveNow]
  })
}

/** The names of the cookie over HTTP and HTTPS, if the application has not chosen one. */
const NAMES = ['connect.sid', '__Host-sid']

/** What the sessions of a request have in common: of all requests the same, unless options are functions of the request. */
function commonOf({
  name,
  secret,
  cookiePrefix = 's:',
}: SessionsOptions): (request: FastifyRequest) => Common {
  const commonFor = (name: string | undefined, secret: Secret | readonly Secret[]): Common => ({
    secret: [secret].flat()[0] as Secret,
    form: new CookieForm(name ? [name] : NAMES, cookiePrefix),
  })
  if (typeof name !== 'function' && typeof secret !== 'function') {
    const common = commonFor(name, secret)
    return () => common
  }
  return request =>
    commonFor(
      typeof name === 'function' ? name(request) : name,
      typeof secret === 'function' ? secret(request) : secret,
    )
}

function decorate(app: FastifyInstance, { store }: SessionsOptions): void {
  app.decorateRequest(OWN, null)
  app.decorateRequest('session', {
    getter(this: WithSession) {
      return this[OWN]?.session as FastifyRequest['session']
    },
    setter(this: WithSession, session: unknown) {
      const own = this[OWN]
      if (own) own.session = session
    },
  } as never)
  app.decorateRequest('sessionStore', {
    getter(this: WithSession) {
      return typeof store === 'function' && !('on' in store) ? store(this) : store
    },
  } as never)
}

function saveLate(request: WithSession, _reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const own = request[OWN]
  if (own) own.late = true
  done()
}

async function saveNow(request: WithSession, reply: FastifyReply): Promise<void> {
  await request[OWN]?.commit(reply)
}

/**
 * The plugin: `await app.register(sessions, { secret, store })`. It gives each request of the instance `request.session`, before other hooks
 * and the handler run, and saves it before the response.
 */
export const sessions: FastifyPluginAsync<SessionsOptions> = plugin(register, {
  fastify: '>=4.20 <6',
  name: '@coatcheck/fastify',
})
