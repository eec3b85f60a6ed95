import { UsageError } from '../errors.ts'
import type { AnyStore } from './any-store.ts'
import type { Context, Subject, SubjectLike } from './subject.ts'

/** Gives a subject its type, and returns it in its full form. */
export function defineSubject(subject: SubjectLike): Subject {
  return normalizeSubject(subject)
}

/** The full form of any allowed subject. Throws a {@link UsageError} for anything else. */
export function normalizeSubject(given: unknown): Subject {
  if (typeof given === 'function') return fromFunction(given as Subject['create'])
  if (typeof given === 'object' && given !== null && 'create' in given) return checked(given as Subject)
  throw new UsageError(
    `A subject is a function that returns a store, a store class, or an object with create(); this is ${describe(given)}.`,
  )
}

/** Finds the subject in a loaded module: the named export, or `default`, or else `createStore`. */
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

/** In a CommonJS module that was compiled from ESM, the default export is one level deeper. */
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

/** Whether this is a `class`, or an old-style constructor function, which has methods on its prototype. */
function isClass(make: Subject['create']): boolean {
  const prototype = make.prototype as { get?: unknown } | undefined
  return typeof prototype?.get === 'function' || /^class\b/.test(Function.prototype.toString.call(make))
}

const flags = { shared: 'boolean', namespaces: 'boolean', defaultTtl: 'boolean' } as const
const hooks = ['create', 'dispose', 'setup', 'teardown'] as const
const backendHooks = ['down', 'up', 'hang', 'lock', 'putRaw', 'rows', 'sweep', 'age'] as const

function checked(subject: Subject): Subject {
  for (const hook of hooks) check(subject[hook], 'function', hook, hook === 'create')
  for (const [flag, type] of Object.entries(flags)) check(subject[flag as keyof typeof flags], type, flag)
  for (const limit of ['granularityMs', 'deadlineMs', 'maxPayload', 'maxSessions', 'lagMs'] as const)
    positive(subject[limit], limit)
  check(subject.backend, 'object', 'backend')
  for (const hook of backendHooks) check(subject.backend?.[hook], 'function', `backend.${hook}`)
  for (const hook of ['down', 'lock'] as const) {
    if (subject.backend?.[hook] && !subject.backend.up)
      throw new UsageError(`The subject has backend.${hook} but no backend.up to undo it.`)
  }
  if (subject.style !== undefined && subject.style !== 'callback' && subject.style !== 'promise') {
    throw new UsageError(`The subject's style is 'callback' or 'promise', not ${describe(subject.style)}.`)
  }
  if ((subject.consistency === 'eventual') !== (subject.lagMs !== undefined)) {
    throw new UsageError(
      "The subject's consistency 'eventual' and lagMs belong together: lagMs says after how many milliseconds every read sees a write.",
    )
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
