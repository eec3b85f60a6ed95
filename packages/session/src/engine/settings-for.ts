import type { Secret } from '../cookie/secret.ts'
import { checkCookie, type Problem } from '../options/check-cookie.ts'
import { checkSecrets, checkStore } from '../options/check-options.ts'
import { type EngineOptions, isOfRequest } from '../options/engine-options.ts'
import { type DoorSettings, resolveOptions, secretsOf } from '../options/resolve-options.ts'
import type { Settings } from '../options/settings.ts'
import type { Store } from '../store/store.ts'
import { fitsHostName, withHostName } from './host-name.ts'
import { provideGenerate } from './new-session.ts'

/** The settings of a request. */
export type SettingsFor<Req> = (req: Req) => Settings<Req>

/**
 * Fill in the defaults of options that have been checked. All requests have the same settings, unless `name`, `secret` or `store` is a
 * function of the request. Then the function throws what these functions throw, and a TypeError when one of them returns nothing that can be
 * used. `object` is given the problems of what they return.
 */
export function settingsFor<Req>(
  options: EngineOptions<Req>,
  door: DoorSettings<Req>,
  object: (problem: Problem) => void,
): SettingsFor<Req> {
  const fixed = settingsOfAll(options, door, object)
  const all = door.choosesName && hostNamed(options) ? withHostName(fixed) : fixed
  const { touch } = options
  if (typeof touch !== 'function') return all
  const still = new WeakMap<Settings<Req>, Settings<Req>>()
  return req => {
    const settings = all(req)
    if (touch(req)) return settings
    const own = still.get(settings) ?? { ...settings, touches: false, renews: false, renew: undefined }
    still.set(settings, own)
    return own
  }
}

/** Whether the application has left the name to this package, and the cookie fits. */
function hostNamed<Req>({ name, cookie, transport }: EngineOptions<Req>): boolean {
  return !name && !transport && typeof cookie !== 'function' && fitsHostName(cookie ?? {})
}

function settingsOfAll<Req>(
  options: EngineOptions<Req>,
  door: DoorSettings<Req>,
  object: (problem: Problem) => void,
): SettingsFor<Req> {
  const { cookie, name, secret, store } = options
  const known = new WeakMap<Store, Settings<Req>>()
  const settingsOf = (store: Store) => {
    const before = known.get(store)
    if (before) return before
    checkStore(store, options.dbsc !== undefined)
    const settings = resolveOptions(options, store, door)
    provideGenerate(settings)
    known.set(store, settings)
    return settings
  }
  const fixed = isOfRequest(store) ? undefined : settingsOf(store as Store)
  if (fixed && !isOfRequest(name) && !isOfRequest(secret)) return () => fixed

  return req => {
    const settings = fixed ?? settingsOf(returned<Store>('store', store, req))
    if (!isOfRequest(name) && !isOfRequest(secret)) return settings
    const own = { ...settings }
    if (isOfRequest(name)) {
      own.name = returned<string>('name', name, req)
      checkCookie(own.name, cookie).forEach(object)
    }
    if (isOfRequest(secret)) {
      const value = returned<Secret | readonly Secret[]>('secret', secret, req)
      checkSecrets(value).forEach(object)
      own.secrets = secretsOf(value)
    }
    return own
  }
}

/** What the function of the option returns for this request. */
function returned<T>(option: string, value: unknown, req: unknown): T {
  const answer = (value as (req: unknown) => T)(req)
  if (answer) return answer
  throw new TypeError(`${option} option must return a value for each request, or throw an error`)
}
