import { watch } from '../calls/availability.ts'
import { saveQueueOf } from '../concurrency/save-queue.ts'
import { tombstonesOf } from '../concurrency/tombstones.ts'
import type { Secret } from '../cookie/secret.ts'
import { dbscOf } from '../dbsc/options.ts'
import { ownerLimitOf } from '../owners/owner-limit.ts'
import type { Codec } from '../session/codec.ts'
import { comparable } from '../session/comparable.ts'
import { randomId } from '../session/session-id.ts'
import type { Store } from '../store/store.ts'
import { type EngineOptions, isOfRequest } from './engine-options.ts'
import type { Settings } from './settings.ts'

/** What a door decides by itself. */
export type DoorSettings<Req> = {
  /** Whether the name of the cookie depends on the request, if the application has not chosen one. */
  readonly choosesName: boolean
} & Pick<
  Settings<Req>,
  | 'resave'
  | 'saveUninitialized'
  | 'unset'
  | 'sendsMaxAge'
  | 'isSecure'
  | 'autoInsecure'
  | 'secureCookieNotSent'
>

/** Fill in the defaults of options that have been checked. */
export function resolveOptions<Req>(
  options: EngineOptions<Req>,
  store: Store,
  { choosesName: _, ...door }: DoorSettings<Req>,
): Settings<Req> {
  const { maxPerOwner } = options
  const { codec = JSON } = store as { codec?: Codec }
  return {
    ...door,
    secrets: isOfRequest(options.secret) ? undefined : secretsOf(options.secret),
    store,
    touches: typeof store.touch === 'function' && options.touch !== false,
    skip: options.skip,
    renews: options.touch !== false,
    renew: renewable(options, door.resave),
    cookie: options.cookie || {},
    name: typeof options.name === 'string' && options.name ? options.name : 'connect.sid',
    transport: options.transport,
    genid: options.genid || randomId,
    rolling: Boolean(options.rolling),
    onSaveError: options.onSaveError ?? 'continue',
    onStoreUnavailable: options.onStoreUnavailable,
    onCorrupt: options.onCorrupt ?? 'error',
    storeTimeout: options.storeTimeout ?? 0,
    touchAfter: options.touchAfter ?? 0,
    absoluteTimeout: options.absoluteTimeout,
    ownerLimit: maxPerOwner
      ? ownerLimitOf(maxPerOwner, options.onOwnerLimit ?? 'end-oldest', store)
      : undefined,
    dbsc: dbscOf(options.dbsc),
    awaitTouch: options.awaitTouch ?? true,
    clearCookie: options.clearCookie ?? options.transport !== undefined,
    cacheHeaders: options.cacheHeaders ?? false,
    saveCookieChanges: options.saveCookieChanges ?? false,
    conflict: options.conflict ?? 'overwrite',
    onConflict: options.onConflict,
    onError: options.onError,
    availability: watch(store),
    tombstones: tombstonesOf(store),
    queue: saveQueueOf(store),
    codec,
    comparable: comparable(codec),
  }
}

/** The lifetime of sessions that a read may touch. `undefined` unless a request that only reads ends with a plain touch. */
function renewable<Req>(
  { rolling, touch, touchAfter, absoluteTimeout, cookie }: EngineOptions<Req>,
  resave: boolean,
): number | null | undefined {
  if (resave || rolling || touch === false || touchAfter || absoluteTimeout || typeof cookie === 'function')
    return undefined
  const { maxAge, expires } = cookie ?? {}
  if (expires) return undefined
  return typeof maxAge === 'number' ? maxAge : maxAge ? undefined : null
}

/** The caller's own array, not a copy: a secret that is later put in front signs from then on. */
export function secretsOf(secret: Secret | readonly Secret[] | undefined): readonly Secret[] | undefined {
  if (!secret) return undefined
  return Array.isArray(secret) ? secret : [secret as Secret]
}
