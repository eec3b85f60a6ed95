import type { AnyStore } from './any-store.ts'

/** What a subject's `create` is told about the store it shall make. */
export interface Context {
  /** A prefix, table or database of its own; differs from rule to rule, so that nothing has to be cleared. */
  readonly namespace: string
  /** The default lifetime wanted, where a rule asks for one. */
  readonly ttlMs?: number | undefined
  /** The same in seconds, never below one. */
  readonly ttlSeconds?: number | undefined
  /** The store must not reuse anything prepared earlier (first use, set-up races). */
  readonly fresh: boolean
  /** Wraps the store's client, so that rules can make the backend fail, hang, wait and count commands. */
  chaos<C extends object>(client: C, methods?: readonly (keyof C)[]): C
}

/** Ways to look behind the store or to break its backend; each one given adds rules. */
export interface Backend {
  /** Makes every command fail until `up`. */
  down?(store: AnyStore): unknown
  /** Back to normal. */
  up?(store: AnyStore): unknown
  /** Leaves every command without an answer until `up`. */
  hang?(store: AnyStore): unknown
  /** Makes writes to `sid` fail, or wait, until `up`; reads go on. A row that another has locked, a server that is read-only. */
  lock?(store: AnyStore, sid: string): unknown
  /** Puts this text where the store keeps the data of `sid`. */
  putRaw?(store: AnyStore, sid: string, text: string): unknown
  /** How many sessions lie in the backend, expired ones included. */
  rows?(store: AnyStore): number | Promise<number>
  /** Runs the store's removal of expired sessions once. */
  sweep?(store: AnyStore): unknown
  /** Moves the stored expiry of `sid` back by `ms`. */
  age?(store: AnyStore, sid: string, ms: number): unknown
}

/** How to do a conditional update on a store that is no `RecordStore` of ours. */
export interface ConditionalMapping {
  /** Reads a session in such a way that `update` can tell whether it was changed since. */
  load(store: AnyStore, sid: string): Promise<object | undefined>
  /** Saves what `load` gave, with changes. */
  update(store: AnyStore, sid: string, session: object): Promise<'updated' | 'changed' | 'missing'>
}

/** A rule that is known not to hold yet. */
export interface Waiver {
  readonly reason: string
  /** Where it is tracked. */
  readonly issue?: string
  /** The last day, `YYYY-MM-DD`; afterwards the rule fails. */
  readonly until?: string
}

/** A store under test and how to make it. */
export interface Subject {
  /** For the report. */
  name?: string
  version?: string
  /** Makes a store; called many times. */
  create(context: Context): AnyStore | Promise<AnyStore>
  /** Lets go of one store. Default: nothing, except that stores of ours are closed. */
  dispose?(store: AnyStore): unknown
  /** Once, before everything. */
  setup?(): unknown
  /** Once, after everything. */
  teardown?(): unknown
  /** How finely the store measures lifetimes: 1 or 1000 milliseconds. Default: measured. */
  granularityMs?: number
  /** How methods answer. Default: by callback, and by promise where a method has no parameter for a callback. */
  style?: 'callback' | 'promise'
  /** Whether two stores of one namespace see each other's sessions. Default: whether they ever do. */
  shared?: boolean
  /** Whether stores of different namespaces are apart. Default: whether `create` looks at `namespace`. */
  namespaces?: boolean
  /** Whether stores get the default lifetime asked for. Default: whether `create` looks at `ttlMs` or `ttlSeconds`. */
  defaultTtl?: boolean
  /** `eventual`: a read may lag behind a write, by `lagMs` at most. Default: `strict`. */
  consistency?: 'strict' | 'eventual'
  /** Milliseconds after which every read sees a write, where `consistency` is `eventual`. Rules wait that long before they read. */
  lagMs?: number
  /** How many sessions the store holds at once, at most. Rules that need more of them are unverified. Default: no limit. */
  maxSessions?: number
  /** The largest session in bytes that the store takes. */
  maxPayload?: number
  /** Milliseconds in which every call is answered, also when the backend hangs. Default: 2000, and no promise about hanging. */
  deadlineMs?: number
  conditional?: ConditionalMapping
  backend?: Backend
  /** By rule id. */
  waive?: Record<string, Waiver>
  /** The contract for which this file was written. */
  contract?: string
}

/** What {@link defineSubject} and the adapters take: a subject, a function that makes a store, or a store's class. */
export type SubjectLike = Subject | Subject['create'] | (new (context: Context) => AnyStore)
