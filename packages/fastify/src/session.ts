import type { Callback, CookieOptions, RegenerateOptions } from '@coatcheck/session'
import type { FetchSession } from '@coatcheck/session/fetch'
import type { Session as Data } from 'fastify'

type Keys = Omit<Data, 'cookie'>

/** What a session of Fastify does: the methods of @fastify/session. Those that talk to the store return a promise, or take a callback. */
export interface FastifySessionMethods extends Pick<FetchSession, 'cookie' | 'id' | 'touch' | 'resetMaxAge'> {
  /** The session's id. */
  readonly sessionId: string
  /** The id with its signature: what the cookie has behind its prefix. */
  readonly encryptedSessionId: string
  /** What the session has under this key. */
  get<K extends keyof Keys>(key: K): Keys[K] | undefined
  /** Put a value into the session. */
  set<K extends keyof Keys>(key: K, value: Keys[K]): void
  /** Change attributes of the cookie for this session. `secure: 'auto'` decides by the request. */
  options(options: CookieOptions): void
  /** Whether this request has changed the session since it was read or begun. */
  isModified(): boolean
  /** Whether `save()` has stored the session in this request. */
  isSaved(): boolean
  /** Write the session to the store now. The plugin does it before the response. */
  save(): Promise<void>
  save(done: Callback): void
  /** Replace the data by what the store has. Fails when it has none. */
  reload(): Promise<void>
  reload(done: Callback): void
  /**
   * End the session, and begin a new one under a new id: on every login. `keep` names what to carry over. `request.session` stays the same
   * object.
   */
  regenerate(keep?: readonly string[] | RegenerateOptions): Promise<void>
  regenerate(done: Callback): void
  regenerate(keep: readonly string[] | RegenerateOptions, done: Callback): void
  /** End the session. Tells whether it was there, where the store knows. */
  destroy(): Promise<boolean | undefined>
  destroy(done: Callback<boolean>): void
}

/**
 * `request.session`: your data as its own properties, and these methods. Add your own keys by declaration merging:
 *
 * ```ts
 * declare module 'fastify' {
 *   interface Session { userId: string }
 * }
 * ```
 */
export type FastifySession = FastifySessionMethods & Partial<Keys>
