import type { Callback, CookieOptions, DestroyOptions, RegenerateOptions } from '@coatcheck/session'
import type { FetchSession } from '@coatcheck/session/fetch'
import type { Session as Data } from 'fastify'

type Keys = Omit<Data, 'cookie'>

type Members = 'cookie' | 'id' | 'createdAt' | 'isFresh' | 'bound' | 'touch' | 'resetMaxAge'

/** The methods of a session, as in @fastify/session. Those that use the store return a promise, or take a callback. */
export interface FastifySessionMethods extends Pick<FetchSession, Members> {
  /** The session's id. */
  readonly sessionId: string
  /** The id with its signature, as in the cookie after its prefix. */
  readonly encryptedSessionId: string
  /** The value of a key. */
  get<K extends keyof Keys>(key: K): Keys[K] | undefined
  /** Set the value of a key. */
  set<K extends keyof Keys>(key: K, value: Keys[K]): void
  /** Change attributes of the cookie for this session. `secure: 'auto'` depends on the request. */
  options(options: CookieOptions): void
  /** Whether this request has changed the session. */
  isModified(): boolean
  /** Whether `save()` has stored the session in this request. */
  isSaved(): boolean
  /** Write the session to the store now. The plugin does it before the response. */
  save(): Promise<void>
  save(done: Callback): void
  /** Replace the data by the stored data. Fails when there is none. */
  reload(): Promise<void>
  reload(done: Callback): void
  /**
   * Destroy the session, and begin a new one with a new id: call it on every login. `keep` lists the keys to keep. `request.session`
   * stays the same object.
   */
  regenerate(keep?: readonly string[] | RegenerateOptions): Promise<void>
  regenerate(done: Callback): void
  regenerate(keep: readonly string[] | RegenerateOptions, done: Callback): void
  /** Destroy the session. Returns whether it was there, if the store knows. */
  destroy(options?: DestroyOptions): Promise<boolean | undefined>
  destroy(done: Callback<boolean>): void
  destroy(options: DestroyOptions, done: Callback<boolean>): void
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
