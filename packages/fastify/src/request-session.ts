import { createHmac } from 'node:crypto'
import type { Callback, CookieOptions, RegenerateOptions, Secret, Session } from '@coatcheck/session'
import { type OpenedSession, PAGE_HEADERS } from '@coatcheck/session/fetch'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type CookieForm, WebResponse } from './web.ts'

/** What all sessions of an application share. */
export interface Common {
  readonly secret: Secret
  readonly form: CookieForm
}

type Opened = OpenedSession<Record<string, unknown>, FastifyRequest>

/** The session of one request of Fastify. */
export class RequestSession {
  readonly #opened: Opened
  readonly #common: Common
  #view: object | undefined
  /** Whether a hook of the route saves the session, after the hooks of the application. */
  late = false
  #committed = false

  constructor(opened: Opened, common: Common) {
    this.#opened = opened
    this.#common = common
  }

  /** The session, as one object for the whole request; `undefined` if there is none. */
  get session(): object | undefined {
    const { session } = this.#opened
    if (session === undefined) return undefined
    this.#view ??= new Proxy(session, viewOf(new Methods(this.#opened, this.#common)))
    return this.#view
  }

  set session(session: unknown) {
    if (session !== this.#view || session == null) this.#opened.session = session as null
  }

  /** Save, touch or destroy the session, and put its cookie into the reply. Only the first call does this. */
  async commit(reply: FastifyReply): Promise<void> {
    if (this.#committed) return
    this.#committed = true
    try {
      await this.#opened.commit(new WebResponse(reply, this.#common.form))
    } catch (error) {
      withdrawPage(reply)
      throw error
    }
  }
}

/** Removes the page's own headers, because an error replaces the page. */
function withdrawPage(reply: FastifyReply): void {
  for (const name of PAGE_HEADERS) reply.removeHeader(name)
  // The default error handler would keep a status from 400 to 499.
  reply.code(500)
}

/** The methods of @fastify/session that sessions of `createSessions()` do not have. */
class Methods {
  readonly #opened: Opened
  readonly #common: Common
  #saved = false

  constructor(opened: Opened, common: Common) {
    this.#opened = opened
    this.#common = common
  }

  get sessionId(): string {
    return this.#session.id
  }

  get encryptedSessionId(): string {
    const { id } = this.#session
    const signature = createHmac('sha256', this.#common.secret).update(id).digest('base64')
    return `${id}.${signature.replace(/=+$/, '')}`
  }

  get(key: string): unknown {
    return (this.#session as unknown as Record<string, unknown>)[key]
  }

  set(key: string, value: unknown): void {
    Object.assign(this.#session, { [key]: value })
  }

  options(options: CookieOptions): void {
    const { cookie } = this.#session
    Object.assign(cookie, options)
    if (cookie.secure === 'auto') cookie.secure = this.#opened.request.protocol === 'https'
  }

  isModified(): boolean {
    return this.#opened.modified
  }

  isSaved(): boolean {
    return this.#saved
  }

  save(done?: Callback): unknown {
    const saved = (error?: unknown) => {
      if (!error) this.#saved = true
      done?.(error)
    }
    if (done) return void this.#session.save(saved)
    const saving = this.#session.save()
    // A failure rejects `saving`, so it is ignored here.
    saving.then(
      () => saved(),
      () => {},
    )
    return saving
  }

  regenerate(keep?: readonly string[] | RegenerateOptions | Callback, done?: Callback): unknown {
    if (typeof keep === 'function') return void this.#session.regenerate(keep)
    const options = (Array.isArray(keep) ? { keep } : (keep ?? {})) as RegenerateOptions
    return done ? void this.#session.regenerate(options, done) : this.#session.regenerate(options)
  }

  get #session(): Session {
    return this.#opened.session as unknown as Session
  }
}

const OWN: ReadonlySet<PropertyKey> = new Set(
  Reflect.ownKeys(Methods.prototype).filter(name => name !== 'constructor'),
)

function viewOf(methods: Methods): ProxyHandler<object> {
  return {
    get(session, key) {
      if (!OWN.has(key)) return Reflect.get(session, key)
      const value = Reflect.get(methods, key)
      return typeof value === 'function' ? value.bind(methods) : value
    },
  }
}
