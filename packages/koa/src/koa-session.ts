import type { Callback, DestroyOptions, RegenerateOptions, Session, SessionData } from '@coatcheck/session'
import type { FetchSession, OpenedSession } from '@coatcheck/session/fetch'

type Members = 'id' | 'cookie' | 'createdAt' | 'isFresh' | 'bound' | 'touch' | 'resetMaxAge'

/** The members of a session: those of koa-session, and those of the sessions of this family. */
export interface KoaSessionMethods extends Pick<FetchSession, Members> {
  /** Whether this request has begun the session. */
  readonly isNew: boolean
  /** How many keys the data has. */
  readonly length: number
  /** Whether the data has a key. */
  readonly populated: boolean
  /** The session's id, as koa-session calls it. */
  readonly externalKey: string
  /** The lifetime of the session in milliseconds; `'session'` when it ends with the browser. */
  get maxAge(): number | 'session'
  set maxAge(maxAge: number | 'session' | null)
  /** The data, without the cookie. */
  toJSON(): Record<string, unknown>
  /** The same as `toJSON`. */
  inspect(): Record<string, unknown>
  /** Save, touch or destroy the session now, and put its cookie into the response. Needed with `autoCommit: false`. */
  manuallyCommit(): Promise<void>
  /** Write the session to the store now. The middleware does it before the response. */
  save(): Promise<void>
  save(done: Callback): void
  /** Replace the data by the stored data. Fails when there is none. */
  reload(): Promise<void>
  reload(done: Callback): void
  /** Give the session a new id: call it on every login. Keeps the data, as koa-session does. `keep` lists the keys to keep, or is `false`. */
  regenerate(options?: RegenerateOptions): Promise<void>
  regenerate(done: Callback): void
  regenerate(options: RegenerateOptions, done: Callback): void
  /** Destroy the session now. Returns whether it was there, if the store knows. */
  destroy(options?: DestroyOptions): Promise<boolean | undefined>
  destroy(done: Callback<boolean>): void
  destroy(options: DestroyOptions, done: Callback<boolean>): void
}

/** A session with data of type `T`. */
export type KoaSession<T extends object = SessionData> = KoaSessionMethods &
  Omit<Partial<SessionData>, 'cookie'> &
  Partial<T>

/** The context of an app with sessions whose data has the type `T`: `new Koa<Koa.DefaultState, SessionContext<T>>()`. */
export interface SessionContext<T extends object = SessionData> {
  /**
   * The session of this request. Set it to `null` to destroy it before the response, or to an object to replace its data. It is `null`
   * after that, after `destroy`, when the store is unavailable and `onStoreUnavailable` is `'skip'`, and when the path is not below
   * `cookie.path`.
   */
  get session(): KoaSession<T>
  set session(session: Partial<T> | null)
}

type Data = Record<string, unknown>

/** The keys in which a session keeps its age and its device, with the options `absoluteTimeout` and `dbsc`. */
const LIFESPAN = 'coatcheck.lifespan'
const DEVICE = 'coatcheck.device'

/** The members of koa-session that sessions of `createSessions()` do not have. */
class Methods {
  readonly #isNew: boolean
  readonly #commit: () => Promise<void>
  readonly #opened: OpenedSession<object, unknown>

  constructor(opened: OpenedSession<object, unknown>, commit: () => Promise<void>) {
    this.#isNew = opened.isNew
    this.#commit = commit
    this.#opened = opened
  }

  get isNew(): boolean {
    return this.#isNew
  }

  get length(): number {
    return Object.keys(this.toJSON()).length
  }

  get populated(): boolean {
    return this.length > 0
  }

  get externalKey(): string {
    return this.#session.id
  }

  get maxAge(): number | 'session' {
    return this.#session.cookie.originalMaxAge ?? 'session'
  }

  set maxAge(maxAge: number | 'session' | null) {
    this.#session.cookie.maxAge = maxAge === 'session' ? null : maxAge
  }

  toJSON(): Data {
    const { cookie: _, [LIFESPAN]: __, [DEVICE]: ___, ...data } = this.#session as unknown as Data
    return data
  }

  inspect(): Data {
    return this.toJSON()
  }

  manuallyCommit(): Promise<void> {
    return this.#commit()
  }

  regenerate(options: RegenerateOptions | Callback = {}, done?: Callback): unknown {
    if (typeof options === 'function') return this.regenerate({}, options)
    const kept = { keep: true, ...options }
    return done ? void this.#session.regenerate(kept, done) : this.#session.regenerate(kept)
  }

  get #session(): Session {
    return this.#opened.session as unknown as Session
  }
}

const OWN: ReadonlySet<PropertyKey> = new Set(
  Reflect.ownKeys(Methods.prototype).filter(name => name !== 'constructor'),
)

/** The session of `opened`, which must exist, with the members of koa-session. */
export function viewOf(opened: OpenedSession<object, unknown>, commit: () => Promise<void>): object {
  const methods = new Methods(opened, commit)
  return new Proxy(opened.session as object, {
    get(session, key) {
      if (!OWN.has(key)) return Reflect.get(session, key)
      const value = Reflect.get(methods, key)
      return typeof value === 'function' ? value.bind(methods) : value
    },
    // Returns false for a read-only member, so that the assignment throws.
    set: (session, key, value) => Reflect.set(OWN.has(key) ? methods : session, key, value),
  })
}

/** Give the session other data. It keeps its id and its cookie. Throws a TypeError when a key names a method. */
export function replaceData(session: object, { maxAge, ...data }: Data): void {
  const reserved = Object.keys(data).find(
    key => OWN.has(key) || typeof Reflect.get(session, key) === 'function',
  )
  if (reserved)
    throw new TypeError(`ctx.session cannot have the key "${reserved}": a session has a member of that name`)
  for (const key of Object.keys(session)) if (key !== 'cookie') Reflect.deleteProperty(session, key)
  for (const key of Object.keys(data)) {
    if (key === 'cookie') continue
    const value = data[key]
    // An assignment to `__proto__` would change the prototype instead.
    Reflect.defineProperty(session, key, { value, enumerable: true, writable: true, configurable: true })
  }
  if (maxAge !== undefined) Reflect.set(session, 'maxAge', maxAge)
}
