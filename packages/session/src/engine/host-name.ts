import type { Cookie, CookieOptions } from '../cookie/cookie.ts'
import type { Secret } from '../cookie/secret.ts'
import { readSessionIds, type SignedId } from '../cookie/session-ids.ts'
import type { Settings } from '../options/settings.ts'

/** The settings of a request. */
type Choice<Req> = (req: Req) => Settings<Req>

/**
 * The name over HTTPS, unless the application has chosen one. Browsers accept a cookie of this name only from the host itself, and over
 * HTTPS only: no subdomain can plant one.
 */
const HOST_NAME = '__Host-sid'

/** Whether browsers accept a cookie with these attributes under that name. */
export function fitsHostName({ secure, domain, path = '/' }: CookieOptions): boolean {
  return Boolean(secure) && !domain && path === '/'
}

/** The same settings, with that name for requests over HTTPS. The name that they have stays for others, and is read in its place. */
export function withHostName<Req>(settingsFor: Choice<Req>): Choice<Req> {
  const named = new WeakMap<Settings<Req>, Settings<Req>>()
  return req => {
    const settings = settingsFor(req)
    if (!settings.isSecure(req)) return settings
    const own = named.get(settings) ?? { ...settings, name: HOST_NAME, oldName: settings.name }
    named.set(settings, own)
    return own
  }
}

/** The verified session ids in a `Cookie` header. Those under the old name count if there is none under the new one. */
export function cookieIds(
  header: string | undefined,
  { name, oldName }: Settings,
  secrets: readonly Secret[],
): readonly SignedId[] {
  const ids = readSessionIds(header, name, secrets)
  if (ids.length > 0 || oldName === undefined) return ids
  return readSessionIds(header, oldName, secrets).map(({ id }) => ({ id, outdated: true, renamed: true }))
}

/** The name under which a browser accepts this cookie. A session that was stored before may have one that is not secure. */
export function nameFor(cookie: Cookie, { name, oldName }: Settings): string {
  if (oldName === undefined) return name
  if (!fitsHostName({ domain: cookie.domain, path: cookie.path, secure: true })) return oldName
  cookie.secure = true
  return name
}
