import type { Secret } from '../cookie/secret.ts'
import { checkDbsc } from '../dbsc/options.ts'
import type { Store } from '../store/store.ts'
import { checkTransport } from '../transport/transport.ts'
import { checkCookie, type Problem } from './check-cookie.ts'
import { type EngineOptions, isOfRequest } from './engine-options.ts'

/** Bytes of a secret: as many as the output of SHA-256, the least that RFC 2104, section 3, recommends. */
const SECRET_BYTES = 32

/**
 * The problems of `options`. Throws a TypeError for an option that cannot work. An option that works in some environments, such as
 * tests, is returned as a problem.
 */
export function checkOptions<Req>(options: EngineOptions<Req>): Problem[] {
  const { genid, store, cookie, conflict, dbsc, onStoreUnavailable } = options
  if (genid && typeof genid !== 'function') throw new TypeError('genid option must be a function')
  if (typeof store === 'function') checkNoClass(store)
  if (store && !isOfRequest(store)) checkStore(store as Store, dbsc !== undefined)
  if (cookie && typeof cookie !== 'object' && typeof cookie !== 'function') {
    throw new TypeError('cookie option must be an object or a function')
  }
  checkTransport(options.transport)
  checkDevices(options)
  checkTimes(options)
  checkChoice('onSaveError', options.onSaveError, ['continue', 'error'])
  checkOwnerLimit(options)
  checkChoice('onCorrupt', options.onCorrupt, ['new', 'error'])
  if (typeof conflict !== 'function') checkChoice('conflict', conflict, ['overwrite', 'merge', 'error'])
  if (typeof onStoreUnavailable !== 'function') {
    checkChoice('onStoreUnavailable', onStoreUnavailable, ['skip', 'error'])
  }
  for (const name of ['onError', 'onConflict', 'skip'] as const) {
    const hook = options[name]
    if (hook !== undefined && typeof hook !== 'function')
      throw new TypeError(`${name} option must be a function`)
  }
  const { name, secret, touch } = options
  if (touch !== undefined && typeof touch !== 'boolean' && typeof touch !== 'function')
    throw new TypeError('touch option must be true, false or a function of the request')
  return [
    ...(isOfRequest(secret) ? [] : checkSecrets(secret)),
    ...checkCookie(isOfRequest(name) ? undefined : name, cookie),
  ]
}

function checkDevices<Req>({ dbsc, cookie, transport }: EngineOptions<Req>): void {
  const { path, partitioned } = typeof cookie === 'object' ? (cookie ?? {}) : {}
  checkDbsc(dbsc, path)
  if (dbsc && (transport || partitioned))
    throw new TypeError('dbsc option cannot be combined with cookie.partitioned or with the option transport')
}

/** Throws a TypeError when `value` is not one of `choices`. */
export function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value !== undefined && !choices.includes(value)) {
    throw new TypeError(`${name} option must be ${choices.map(choice => `"${choice}"`).join(' or ')}`)
  }
}

function checkTimes<Req>({ storeTimeout, touchAfter, absoluteTimeout, cookie }: EngineOptions<Req>): void {
  checkMilliseconds('storeTimeout', storeTimeout)
  checkMilliseconds('touchAfter', touchAfter)
  checkMilliseconds('absoluteTimeout', absoluteTimeout)
  if (absoluteTimeout === 0) throw new TypeError('absoluteTimeout option must be greater than 0')
  const maxAge = typeof cookie === 'object' ? cookie?.maxAge : undefined
  if (touchAfter && typeof maxAge === 'number' && touchAfter >= maxAge) {
    throw new TypeError('touchAfter option must be less than cookie.maxAge, or active sessions would expire')
  }
}

function checkOwnerLimit<Req>({ maxPerOwner, onOwnerLimit }: EngineOptions<Req>): void {
  checkChoice('onOwnerLimit', onOwnerLimit, ['end-oldest', 'refuse'])
  if (maxPerOwner !== undefined && !(Number.isInteger(maxPerOwner) && maxPerOwner > 0))
    throw new TypeError('maxPerOwner option must be a whole number greater than 0')
  if (onOwnerLimit !== undefined && maxPerOwner === undefined)
    throw new TypeError('onOwnerLimit option needs the option maxPerOwner')
}

/** An empty secret would accept a cookie that anybody can sign. */
export function checkSecrets(option: Secret | readonly Secret[] | undefined): Problem[] {
  if (Array.isArray(option) && option.length === 0) {
    throw new TypeError('secret option array must hold at least one secret')
  }
  const secrets: unknown[] = Array.isArray(option) ? option : option ? [option] : []
  const sizes = secrets.map(sizeOf)
  if (sizes.includes(undefined)) throw new TypeError('secret option must be a string, bytes or a KeyObject')
  if (sizes.includes(0)) throw new TypeError('secret option must not be empty, nor hold an empty secret')
  if (!sizes.some(size => (size as number) < SECRET_BYTES)) return []
  return [{ kind: 'short secret', text: `secret option should have at least ${SECRET_BYTES} random bytes` }]
}

function sizeOf(secret: unknown): number | undefined {
  if (typeof secret === 'string') return Buffer.byteLength(secret)
  if (ArrayBuffer.isView(secret)) return secret.byteLength
  const key = secret as { type?: unknown; symmetricKeySize?: unknown } | null | undefined
  return key?.type === 'secret' && typeof key.symmetricKeySize === 'number' ? key.symmetricKeySize : undefined
}

/** Only `on` is checked: some stores get their methods `get`, `set` and `destroy` later, when they have connected. */
export function checkStore(store: Store, bindsDevices = false): void {
  if (typeof store.on !== 'function') {
    throw new TypeError('store option must be a session store: it has no method "on"')
  }
  if (bindsDevices && typeof (store as { update?: unknown }).update !== 'function')
    throw new TypeError(
      'dbsc option needs a store with the method "update", such as a store that extends RecordStore',
    )
}

function checkNoClass({ prototype }: (...args: never[]) => unknown): void {
  if (typeof (prototype as { get?: unknown } | undefined)?.get === 'function') {
    throw new TypeError('store option must be a session store, or a function of the request: it is a class')
  }
}

function checkMilliseconds(name: string, value: number | undefined): void {
  if (value !== undefined && !(typeof value === 'number' && value >= 0 && Number.isFinite(value))) {
    throw new TypeError(`${name} option must be a number of milliseconds`)
  }
}
