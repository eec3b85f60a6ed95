import { Cookie, type CookieOptions } from '../cookie/cookie.ts'
import { unknownNames } from '../option-names.ts'
import type { EngineOptions } from './engine-options.ts'

/** An option that works in some environments only. */
export interface Problem {
  readonly kind: 'unknown name' | 'no browser keeps it' | 'short secret'
  /** A sentence that names the option. */
  readonly text: string
}

const NAMES = [
  'maxAge',
  'expires',
  'originalMaxAge',
  'path',
  'domain',
  'httpOnly',
  'secure',
  'sameSite',
  'partitioned',
  'priority',
]

/**
 * The problems of the cookie. Throws a TypeError for a name or an attribute that no `Set-Cookie` header can have. The attributes that a
 * function returns are checked later, when a cookie is made.
 */
export function checkCookie<Req>(name = 'connect.sid', option: EngineOptions<Req>['cookie']): Problem[] {
  const cookie = typeof option === 'function' ? {} : (option ?? {})
  checkTimes(cookie)
  try {
    const { secure, sameSite } = cookie
    const plain = {
      secure: secure === 'auto' ? true : secure,
      sameSite: sameSite === 'auto' ? 'lax' : sameSite,
    }
    new Cookie({ ...cookie, ...plain } as CookieOptions).serialize(name, '')
  } catch (error) {
    throw new TypeError(`${optionIn(String((error as Error).message))}`, { cause: error })
  }
  if (typeof option === 'function') return []
  const unknown = unknownNames(cookie, NAMES, 'the session cookie')
  return [
    ...unknown.map(text => ({ kind: 'unknown name', text }) as const),
    ...rejected(name, cookie).map(text => ({ kind: 'no browser keeps it', text }) as const),
  ]
}

function checkTimes({ maxAge, expires }: CookieOptions): void {
  const isTime = maxAge instanceof Date ? !Number.isNaN(maxAge.valueOf()) : Number.isFinite(maxAge)
  if (maxAge !== undefined && maxAge !== null && (maxAge as unknown) !== false && !isTime) {
    throw new TypeError('cookie.maxAge option is invalid: maxAge must be a number or Date')
  }
  const isDate = expires instanceof Date && !Number.isNaN(expires.valueOf())
  if (expires && !isDate)
    throw new TypeError('option expires is invalid: cookie.expires option must be a Date')
}

/** Name our option in a message of the cookie library, such as `option domain is invalid: a b`. */
function optionIn(message: string): string {
  const attribute = /^option (\w+)/.exec(message)?.[1]
  if (attribute) return `cookie.${attribute} option is not allowed in a cookie (${message})`
  return /name/.test(message)
    ? `name option is not the name of a cookie (${message})`
    : `cookie option: ${message}`
}

/** Options `cookie` that have warned: each warns once of a cookie that no browser keeps. */
const warned = new WeakSet<object>()

export function warnOfRejected(option: object, name: string, cookie: CookieOptions): void {
  if (warned.has(option)) return
  const [reason] = rejected(name, cookie)
  if (!reason) return
  warned.add(option)
  process.emitWarning(
    `Browsers drop the session cookie of a request that did not come over HTTPS: ${reason}.`,
    {
      code: 'COATCHECK_COOKIE_REJECTED',
    },
  )
}

/** Why browsers drop the cookie (RFC 6265bis, sections 4.1.3 and 5.7). */
function rejected(
  name: string,
  { secure, sameSite, partitioned, domain, path = '/', httpOnly = true }: CookieOptions,
): string[] {
  const reasons: string[] = []
  const insecure = !secure
  if (/^__Host-/i.test(name) && (insecure || domain || path !== '/')) {
    reasons.push('name option begins with "__Host-": the cookie needs "secure", the path "/" and no domain')
  }
  if (/^__Secure-/i.test(name) && insecure) {
    reasons.push('name option begins with "__Secure-": the cookie needs "secure"')
  }
  if (/^__(Host-)?Http-/i.test(name) && (insecure || !httpOnly)) {
    reasons.push('name option begins with "__Http-": the cookie needs "secure" and "httpOnly"')
  }
  if (partitioned && insecure) reasons.push('cookie.partitioned option needs cookie.secure')
  if (sameSite === 'none' && insecure) reasons.push('cookie.sameSite option "none" needs cookie.secure')
  return reasons
}
