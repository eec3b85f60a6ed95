import type { AnyStore } from './any-store.ts'

/** The context for a subject's `create`: which store to make. */
export interface Context {
  /** A name for a prefix, table or database. It differs from rule to rule, so that nothing has to be cleared. */
  readonly namespace: string
  /** The default lifetime in milliseconds, if the rule needs one. */
  readonly ttlMs?: number | undefined
  /** The same in seconds, at least one. */
  readonly ttlSeconds?: number | undefined
  /** The key of the session that has its owner, if the rule is about owners. */
  readonly owner?: string | undefined
  /** The store must not reuse anything that was prepared before, because the rule tests the first use. */
  readonly fresh: boolean
  /** Wraps the store's client, so that rules can make the backend fail, hang, wait and count commands. */
  chaos<C extends object>(client: C, methods?: readonly (keyof C)[]): C
}

/** Hooks that inspect or break the backend. Each hook adds rules. */
export interface Backend {
  /** Makes every command fail until `up`. */
  down?(store: AnyStore): unknown
  /** Ends what `down`, `hang` and `lock` have begun. */
  up?(store: AnyStore): unknown
  /** Makes every command hang until `up`. */
  hang?(store: AnyStore): unknown
  /** Makes writes to `sid` fail or wait until `up`, while reads work: for example a locked row, or a read-only server. */
  lock?(store: AnyStore, sid: string): unknown
  /** Writes this text to the place of the data of `sid`. */
  putRaw?(store: AnyStore, sid: string, text: string): unknown
  /** How many sessions the backend has, including expired ones. */
  rows?(store: AnyStore): number | Promise<number>
  /** Runs the store's removal of expired sessions once. */
  sweep?(store: AnyStore): unknown
  /** Moves the stored expiry of `sid` back by `ms`. */
  age?(store: AnyStore, sid: string, ms: number): unknown
}

/** How to do a conditional update on a store that does not extend `RecordStore`. */
export interface ConditionalMapping {
  /** Reads a session so that `update` can detect later changes. */
  load(store: AnyStore, sid: string): Promise<object | undefined>
  /** Saves the object that `load` has returned, with changes. */
  update(store: AnyStore, sid: string, session: object): Promise<'updated' | 'changed' | 'missing'>
}

/** A rule that the store is known to break. */
export interface Waiver {
  readonly reason: string
  /** Where it is tracked. */
  readonly issue?: string
  /** The last day of the waiver, `YYYY-MM-DD`. After it the rule fails. */
  readonly until?: string
}

/** A store under test and how to make it. */
export interface Subject {
  /** The name in reports. */
  name?: string
  version?: string
  /** Makes a store. It is called many times. */
  create(context: Context): AnyStore | Promise<AnyStore>
  /** Releases one store. Default: nothing, but stores that extend `RecordStore` are closed. */
  dispose?(store: AnyStore): unknown
  /** Runs once, before everything. */
  setup?(): unknown
  /** Runs once, after everything. */
  teardown?(): unknown
  /** Precision of lifetimes in milliseconds, 1 or 1000. Default: measured. */
  granularityMs?: number
  /** How methods answer. Default: by callback, or by promise if a method has no parameter for a callback. */
  style?: 'callback' | 'promise'
  /** Whether two stores of one namespace see each other's sessions. Default: measured. */
  shared?: boolean
  /** Whether stores of different namespaces have different sessions. Default: whether `create` reads `namespace`. */
  namespaces?: boolean
  /** Whether stores use the default lifetime of the context. Default: whether `create` reads `ttlMs` or `ttlSeconds`. */
  defaultTtl?: boolean
  /** Whether stores list the sessions of an owner. Default: whether `create` reads `owner`. */
  owners?: boolean
  /** `eventual`: a read may lag behind a write, by `lagMs` at most. Default: `strict`. */
  consistency?: 'strict' | 'eventual'
  /** With `consistency: 'eventual'`: milliseconds after which every read sees a write. Rules wait that long before they read. */
  lagMs?: number
  /** The maximum number of sessions in the store. Rules that need more are unverified. Default: no limit. */
  maxSessions?: number
  /** The largest session in bytes that the store accepts. */
  maxPayload?: number
  /**
   * Milliseconds in which every call is answered, even when the backend hangs. Default: 2000, and no rule about a hanging backend. On a
   * busy machine, all rules but those about a hanging backend wait longer.
   */
  deadlineMs?: number
  conditional?: ConditionalMapping
  backend?: Backend
  /** Waivers by rule id. */
  waive?: Record<string, Waiver>
  /** The contract for which this subject was written. */
  contract?: string
}

/** An argument of {@link defineSubject} and the adapters: a subject, a function that makes a store, or the class of a store. */
export type SubjectLike = Subject | Subject['create'] | (new (context: Context) => AnyStore)
