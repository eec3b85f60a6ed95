import { callStore, offers } from '../calls/any-store.ts'
import { clearTimeout, setTimeout } from '../calls/timers.ts'
import { SessionError } from '../errors.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { RecordStoreOptions } from '../store/record-store-options.ts'
import type { Store } from '../store/store.ts'
import { checkExists, checkFile } from './existing.ts'
import { loadPackage } from './load-package.ts'
import { hasStaticOpen, type Open, openerOfPackage } from './open-package.ts'
import { type Kind, kindOf, schemeOf } from './schemes.ts'
import { cleaned, copied, hide, messageOf, secretsOf } from './secrets.ts'
import { addressOf, checkAddress, filePath, splitName, splitOptions, urlError } from './store-url.ts'

/** Options of {@link openStore}: those of the store, and how to open it. */
export interface OpenStoreOptions extends RecordStoreOptions {
  /** Read a session that does not exist, so that a wrong host or password fails in `openStore`. Default `true`. */
  check?: boolean | undefined
  /** Milliseconds that the store has to answer that read. Default 5000. */
  checkTimeout?: number | undefined
  /** Create the file, table or collection of the store if it does not exist. If `false`, `openStore` fails then. Default `true`. */
  create?: boolean | undefined
  /** Options of the store, such as `table`, `prefix` or `codec`. */
  [option: string]: unknown
}

/** How to open a store, and how messages may describe it. */
interface Opener {
  open: Open
  target: string
  about: string
}

const OWN_OPTIONS = { check: 'boolean', checkTimeout: 'number', create: 'boolean' } as const

/** No session has this id. Reading it also makes a store create its table or index. */
const NOBODY = 'coatcheck.check'

/**
 * Open the store that a URL names: `memory:`, `sqlite:./sessions.db`, `redis://…`, `rediss://…`, `redis+sentinel://…`,
 * `redis+cluster://…`, `postgres://…`, `mysql://…`, `mariadb://…`, `mongodb://…`, `dynamodb://…`, `package-name:…` of a package
 * that exports `open(url, options)` or a class with a static `open`, or a scheme of {@link registerScheme}. Options in the query string override those of the object.
 *
 * Throws a TypeError when the URL or an option is wrong, an error with the npm command when a package is missing,
 * `ERR_SESSION_STORE_MISSING` when `create` is `false` and the store does not exist, and `ERR_SESSION_STORE_UNAVAILABLE` or
 * `ERR_SESSION_STORE_TIMEOUT` when the store does not answer. No error contains a password.
 */
export async function openStore<S extends Store = RecordStore>(
  url: string | undefined,
  options: OpenStoreOptions = {},
): Promise<S> {
  const { name, rest } = splitName(url)
  const kind = kindOf(name.toLowerCase())
  const split = kind
    ? splitOptions(rest, { ...kind, types: { ...kind.options, ...OWN_OPTIONS } })
    : { url: rest, options: {} }
  const { check = true, checkTimeout = 5000, create = true, ...given } = { ...options, ...split.options }
  for (const [option, value] of Object.entries({ check, create })) {
    if (typeof value !== 'boolean') throw new TypeError(`The option "${option}" must be true or false`)
  }
  if (!(typeof checkTimeout === 'number' && checkTimeout > 0)) {
    throw new TypeError('The option "checkTimeout" must be a number of milliseconds greater than 0')
  }
  // In the URL of another package, everything after the colon may be a secret.
  const secrets = kind
    ? secretsOf(`${name}:${rest}`)
    : [...secretsOf(`${name}:${rest}`), rest].filter(Boolean)
  const { open, target, about } = await openerFor(name, split.url, kind)
  if (!create && kind?.file) checkFile(target, about)
  const store = asStore(await guarded(() => open(target, given), secrets), kind?.package ?? name)
  if (!create && target !== ':memory:') await checkExists(store, about)
  if (check) await checked(store, about, checkTimeout, secrets)
  return store as S
}

async function openerFor(name: string, rest: string, kind: Kind | undefined): Promise<Opener> {
  if (kind) return openerOfKind(name.toLowerCase(), rest, kind)
  const scheme = schemeOf(name)
  if (scheme) return { open: scheme, target: `${name}:${rest}`, about: name }
  return { open: await openerOfPackage(name, rest), target: rest, about: name }
}

async function openerOfKind(scheme: string, rest: string, kind: Kind): Promise<Opener> {
  const target = targetOf(scheme, rest)
  const wanted = kind.driver ? [kind.package, kind.driver] : [kind.package]
  const exports = await loadPackage(kind.package).catch(error => {
    throw wanted.some(name => isMissing(error, name)) ? missing(kind, error) : error
  })
  if (!exports) throw missing(kind)
  const Class = exports[kind.store]
  if (!hasStaticOpen(Class)) {
    throw new Error(
      `The installed ${kind.package} has no ${kind.store}.open: npm install ${kind.package}@latest`,
    )
  }
  const address = addressOf(rest)
  const about = address ? `${kind.label} at ${address}` : kind.label
  return { open: (url, options) => Class.open(url, options), target, about }
}

/** Other packages' errors may quote the URL. */
async function guarded<T>(work: () => T, secrets: readonly string[]): Promise<Awaited<T>> {
  try {
    return await work()
  } catch (error) {
    throw cleaned(error, secrets)
  }
}

/** The URL that the store's own `open` takes. */
function targetOf(scheme: string, rest: string): string {
  if (scheme === 'sqlite') return filePath(rest)
  if (scheme === 'memory') {
    if (rest !== '' && rest !== '//')
      throw urlError('has something after memory: that is not an option of the store')
    return 'memory:'
  }
  checkAddress(rest)
  return `${scheme}:${rest}`
}

async function checked(
  store: Store,
  about: string,
  timeout: number,
  secrets: readonly string[],
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>(resolve => {
    timer = setTimeout(
      resolve,
      timeout,
      `did not answer within ${timeout} ms: is it running, and is its address right?`,
    )
  })
  const close = () => {
    if (offers(store, 'close')) callStore(store, 'close').catch(() => {})
  }
  let problem: string | undefined
  try {
    problem = await Promise.race([callStore(store, 'get', NOBODY).then(() => undefined), late])
  } catch (error) {
    close()
    const message = `The session store (${about}) cannot be used: ${hide(messageOf(error), secrets)}`
    throw new SessionError('ERR_SESSION_STORE_UNAVAILABLE', message, { cause: copied(error, secrets) })
  } finally {
    clearTimeout(timer)
  }
  if (problem === undefined) return
  close()
  throw new SessionError('ERR_SESSION_STORE_TIMEOUT', `The session store (${about}) ${problem}`)
}

function asStore(value: unknown, name: string): Store {
  const store = value as Store | undefined
  if (store && ['get', 'set', 'destroy'].every(method => offers(store, method))) return store
  throw new TypeError(`${name} did not open a session store: the object has no get, set and destroy`)
}

function missing(kind: Kind, cause?: unknown): Error {
  const node = Number(process.versions.node.split('.')[0])
  const driver = kind.driverFor?.(node) ?? kind.driver
  const packages = [kind.package, driver].filter(Boolean).join(' ')
  return new Error(`Sessions in ${kind.label} need: npm install ${packages}`, cause ? { cause } : undefined)
}

function isMissing(error: unknown, name: string): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return /^(ERR_)?MODULE_NOT_FOUND$/.test(String(code)) && String(message).includes(`'${name}'`)
}
