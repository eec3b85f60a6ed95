import type { Chaos } from './chaos.ts'
import { UsageError } from './errors.ts'
import { isOneStep } from './one-step.ts'
import type { Capability, Hook } from './rule.ts'

/** A session store of the connect kind. Nothing but methods by name is asked of it. */
// biome-ignore lint/suspicious/noExplicitAny: stores of many makes, each with its own types, are passed here
export type AnyStore = any

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
  /** `eventual`: a read may lag behind a write. Default: `strict`. */
  consistency?: 'strict' | 'eventual'
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

/** Types a subject; the value is returned in its full form. */
export function defineSubject(subject: SubjectLike): Subject {
  return normalizeSubject(subject)
}

/** The full form of anything a user may give, or a {@link UsageError}. */
export function normalizeSubject(given: unknown): Subject {
  if (typeof given === 'function') return fromFunction(given as Subject['create'])
  if (typeof given === 'object' && given !== null && 'create' in given) return checked(given as Subject)
  throw new UsageError(
    `A subject is a function that returns a store, a store class, or an object with create(); this is ${describe(given)}.`,
  )
}

/** Finds the subject in a loaded module: the named export, else `default`, else `createStore`. */
export function subjectOfModule(module: Record<string, unknown>, exportName?: string): Subject {
  if (exportName !== undefined && !(exportName in module)) {
    throw new UsageError(`The subject file has no export named ${JSON.stringify(exportName)}.`)
  }
  const found =
    exportName === undefined
      ? (unwrap(module.default) ?? module.createStore ?? module.create)
      : module[exportName]
  if (found === undefined) {
    throw new UsageError(
      'The subject file exports neither a default nor createStore: export default ctx => new MyStore().',
    )
  }
  return normalizeSubject(found)
}

/** A CommonJS module that was compiled from ESM has its default one level down. */
function unwrap(value: unknown): unknown {
  const inner = value as { __esModule?: boolean; default?: unknown; createStore?: unknown } | undefined
  if (typeof inner !== 'object' || inner === null || 'create' in inner) return value
  return inner.default ?? inner.createStore ?? value
}

function fromFunction(make: Subject['create']): Subject {
  if (!isClass(make)) return { create: make }
  const Store = make as unknown as new (context: Context) => AnyStore
  return { name: Store.name, create: context => new Store(context) }
}

/** A `class`, or a constructor function of the old style, which is known by the methods on its prototype. */
function isClass(make: Subject['create']): boolean {
  const prototype = make.prototype as { get?: unknown } | undefined
  return typeof prototype?.get === 'function' || /^class\b/.test(Function.prototype.toString.call(make))
}

const flags = { shared: 'boolean', namespaces: 'boolean', defaultTtl: 'boolean' } as const
const hooks = ['create', 'dispose', 'setup', 'teardown'] as const
const backendHooks = ['down', 'up', 'hang', 'putRaw', 'rows', 'sweep', 'age'] as const

function checked(subject: Subject): Subject {
  for (const hook of hooks) check(subject[hook], 'function', hook, hook === 'create')
  for (const [flag, type] of Object.entries(flags)) check(subject[flag as keyof typeof flags], type, flag)
  for (const limit of ['granularityMs', 'deadlineMs', 'maxPayload'] as const) positive(subject[limit], limit)
  check(subject.backend, 'object', 'backend')
  for (const hook of backendHooks) check(subject.backend?.[hook], 'function', `backend.${hook}`)
  if (subject.backend?.down && !subject.backend.up) {
    throw new UsageError('The subject has backend.down but no backend.up to undo it.')
  }
  if (subject.style !== undefined && subject.style !== 'callback' && subject.style !== 'promise') {
    throw new UsageError(`The subject's style is 'callback' or 'promise', not ${describe(subject.style)}.`)
  }
  for (const [id, waiver] of Object.entries(subject.waive ?? {})) {
    if (!waiver?.reason) throw new UsageError(`The waiver of ${id} needs a reason.`)
  }
  return subject
}

function check(
  value: unknown,
  type: 'function' | 'boolean' | 'object',
  name: string,
  required = false,
): void {
  if (value === undefined && !required) return
  if (typeof value !== type)
    throw new UsageError(`The subject's ${name} must be a ${type}; it is ${describe(value)}.`)
}

function positive(value: unknown, name: string): void {
  if (value === undefined || (typeof value === 'number' && value > 0)) return
  throw new UsageError(`The subject's ${name} must be a number above zero; it is ${describe(value)}.`)
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object'
    ? `an object with the keys ${Object.keys(value).join(', ') || '(none)'}`
    : `a ${typeof value}`
}

/**
 * What this store offers: by its methods, by the subject's declarations, and by what `create` looked at. `shared` is what was
 * seen of it where the subject does not say.
 */
export function capabilitiesOf(
  subject: Subject,
  store: AnyStore,
  seen: Seen,
  shared: boolean,
): Set<Capability> {
  const has = (method: string): boolean => typeof store?.[method] === 'function'
  const offered: Record<Capability, boolean> = {
    callbacks: subject.style !== 'promise',
    touch: has('touch'),
    all: has('all'),
    length: has('length'),
    clear: has('clear'),
    close: has('close'),
    events: has('on'),
    entries: has('entries'),
    prune: has('prune'),
    conditional: has('_update') || subject.conditional !== undefined,
    // A store that is no `RecordStore` may mean something else by the name.
    insert: has('_update') && has('insert'),
    renewal: isOneStep(store, 'get'),
    exchange: isOneStep(store, 'exchange'),
    shared: subject.shared ?? shared,
    namespaces: subject.namespaces ?? seen.has('namespace'),
    defaultTtl: subject.defaultTtl ?? (seen.has('ttlMs') || seen.has('ttlSeconds')),
    granular: (subject.granularityMs ?? 1) < 1000,
    strict: subject.consistency !== 'eventual',
  }
  return new Set((Object.keys(offered) as Capability[]).filter(name => offered[name]))
}

/** What the subject file hands over to look behind the store. `chaos` counts once `create` made use of it. */
export function hooksOf(subject: Subject, chaos: boolean): Set<Hook> {
  const backend = subject.backend ?? {}
  const given: Record<Hook, boolean> = {
    chaos,
    down: chaos || backend.down !== undefined,
    hang: chaos || (backend.hang !== undefined && backend.up !== undefined),
    putRaw: backend.putRaw !== undefined,
    rows: backend.rows !== undefined,
    sweep: backend.sweep !== undefined,
    age: backend.age !== undefined,
    deadline: subject.deadlineMs !== undefined,
  }
  return new Set((Object.keys(given) as Hook[]).filter(name => given[name]))
}

/** The parts of the context that a `create` has looked at: it cannot honour what it does not read. */
export type Seen = Set<'namespace' | 'ttlMs' | 'ttlSeconds'>

/** The context for one store; all stores of one rule share the same `chaos`. */
export function contextFor(
  namespace: string,
  chaos: Chaos,
  ttlMs: number | undefined,
  fresh: boolean,
  seen: Seen,
): Context {
  return {
    get namespace() {
      seen.add('namespace')
      return namespace
    },
    get ttlMs() {
      seen.add('ttlMs')
      return ttlMs
    },
    get ttlSeconds() {
      seen.add('ttlSeconds')
      return ttlMs === undefined ? undefined : Math.max(1, Math.ceil(ttlMs / 1000))
    },
    fresh,
    chaos: (client, methods) => chaos.wrap(client, methods),
  }
}

/** A namespace that no other rule and no other run has. */
export function namespaceFor(run: string, rule: string, index: number): string {
  return `conf_${run}_${rule.toLowerCase().replace('-', '')}_${index.toString(36)}_`
}
