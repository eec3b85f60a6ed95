import { type SetCookie, stringifySetCookie } from 'cookie'
import depd from 'depd'
import { isoText } from './iso-text.ts'

const deprecate = depd('express-session')

/** What RFC 6265 allows as the name of a cookie. */
const TOKEN = /^[!#$%&'*+\-.^`|~\w]+$/

/** Attributes of the session cookie, as the `cookie` option and `new Cookie()` take them. */
export interface CookieOptions {
  /** Lifetime in milliseconds since the last use. `null`: the cookie ends when the browser closes. Default `null`. */
  maxAge?: number | Date | null | undefined
  /** When the cookie ends. Prefer `maxAge`. If you give both, the last one in the object counts. */
  expires?: Date | null | false | undefined
  /** The lifetime in milliseconds that a touch sets `maxAge` back to. */
  originalMaxAge?: number | null | undefined
  /** Default `'/'`. Requests whose path does not start with it get no session. */
  path?: string | undefined
  /** Default: the host of the request. */
  domain?: string | undefined
  /** Hide the cookie from scripts of the page. Default `true`. */
  httpOnly?: boolean | undefined
  /** Send the cookie over HTTPS only; `'auto'` decides by the request. Default: not secure. */
  secure?: boolean | 'auto' | undefined
  /** `'auto'` is `'none'` over HTTPS and `'lax'` otherwise. Default: not set. */
  sameSite?: boolean | 'lax' | 'strict' | 'none' | 'auto' | undefined
  /** One cookie for each top-level site that embeds yours (CHIPS). Default: not set. */
  partitioned?: boolean | undefined
  /** Which cookies a browser drops first when there are too many. Default: not set. */
  priority?: 'low' | 'medium' | 'high' | undefined
}

/** A {@link Cookie} as stored JSON. Keys that are not set are left out. */
export interface CookieData {
  originalMaxAge: number | null
  partitioned?: boolean | undefined
  priority?: CookieOptions['priority']
  expires?: Date | null | false | undefined
  secure?: boolean | 'auto' | undefined
  httpOnly?: boolean | undefined
  domain?: string | undefined
  path?: string | undefined
  sameSite?: CookieOptions['sameSite']
}

/** The cookie of one session: attributes to send, and the session's own expiry. */
export class Cookie {
  path: string | undefined = '/'
  httpOnly: boolean | undefined = true
  /** The lifetime in milliseconds that was assigned last. A touch sets `maxAge` back to it. */
  declare originalMaxAge: number | null
  declare domain: string | undefined
  declare secure: boolean | 'auto' | undefined
  declare sameSite: Exclude<CookieOptions['sameSite'], 'auto'>
  declare partitioned: boolean | undefined
  declare priority: CookieOptions['priority']
  declare _expires: Date | null | false | undefined

  constructor(options?: CookieOptions) {
    this._expires = null
    this.originalMaxAge = null
    assign(this, options, false)
    this.originalMaxAge ??= this.maxAge as number | null
  }

  /** When the session ends; `null` when it ends with the browser. Assigning it sets `originalMaxAge` too. */
  get expires(): Date | null | undefined {
    return this._expires as Date | null | undefined
  }

  set expires(date: Date | null | false | undefined) {
    this._expires = date
    this.originalMaxAge = this.maxAge as number | null
  }

  /**
   * Milliseconds that are left; `null` for a cookie that ends with the browser. Assigning it sets `originalMaxAge` too. The type is
   * express-session's, because its stores require that type: test with `== null`.
   */
  get maxAge(): number | undefined {
    const left = this._expires instanceof Date ? this._expires.valueOf() - Date.now() : this._expires
    return left as number | undefined
  }

  set maxAge(ms: number | Date | null | false | undefined) {
    if (ms && typeof ms !== 'number' && !(ms instanceof Date)) {
      throw new TypeError('maxAge must be a number or Date')
    }
    if (ms instanceof Date) deprecate('maxAge as Date; pass number of milliseconds instead')
    if (typeof ms !== 'number') {
      this.expires = ms
      return
    }
    this._expires = new Date(Date.now() + ms)
    this.originalMaxAge = ms
  }

  /** The attributes as they are stored and sent. */
  get data(): CookieData {
    return {
      originalMaxAge: this.originalMaxAge,
      partitioned: this.partitioned,
      priority: this.priority,
      expires: this._expires,
      secure: this.secure,
      httpOnly: this.httpOnly,
      domain: this.domain,
      path: this.path,
      sameSite: this.sameSite,
    }
  }

  /**
   * The `Set-Cookie` value for this cookie, with `Expires` and never `Max-Age`.
   * Throws a TypeError when an attribute is not allowed in a cookie.
   */
  serialize(name: string, value: string): string {
    return setCookie(this, name, encodeURIComponent(value))
  }

  toJSON(): CookieData {
    return this.data
  }
}

/** The text in front of the expiry in the JSON of a cookie that has one. */
export const EXPIRES = '"expires":"'

/** The cookie of a stored session. */
export function storedCookie(stored: CookieOptions): Cookie {
  // Read so, and not destructured, because the error for a session without a cookie is express-session's.
  const expires: unknown = stored.expires
  const dated = typeof expires === 'string'
  const cookie = new Cookie()
  assign(cookie, stored, dated)
  if (dated) cookie._expires = new Date(expires)
  cookie.originalMaxAge = stored.originalMaxAge as number | null
  return cookie
}

/** Assign attributes to a cookie. `dated`: all but its expiry. */
function assign(cookie: Cookie, options: CookieOptions | undefined, dated: boolean): void {
  if (options && typeof options !== 'object') throw new TypeError('argument options must be an object')
  const attributes = cookie as unknown as Record<string, unknown>
  for (const key in options) {
    if (key !== 'data' && !(dated && key === 'expires')) attributes[key] = options[key as keyof CookieOptions]
  }
}

/** The `Set-Cookie` value for this cookie, with a value that is encoded. */
export function setCookie(cookie: Cookie, name: string, encoded: string): string {
  if (!TOKEN.test(name)) throw new TypeError(`argument name is invalid: ${name}`)
  return `${name}=${encoded}${textOfAttributes(cookie)}`
}

/** The attributes that were sent last, and their text. Most cookies of one second have the same. */
let last: { attributes: Omit<CookieData, 'originalMaxAge'>; second: number; text: string } | undefined

/** `; Path=/; Expires=…; HttpOnly` and so on. */
function textOfAttributes(cookie: Cookie): string {
  const second = cookie._expires instanceof Date ? Math.floor(cookie._expires.valueOf() / 1000) : 0
  if (last && second === last.second && hasAttributes(cookie, last.attributes)) return last.text
  const { domain, path, _expires: expires, httpOnly, secure, partitioned, priority, sameSite } = cookie
  const attributes = { domain, path, expires, httpOnly, secure, partitioned, priority, sameSite }
  const text = stringifySetCookie({ ...(attributes as SetCookie), name: 'n', value: '' }).slice('n='.length)
  last = { attributes, second, text }
  return text
}

/** The last cookie as JSON: its attributes, and the text around its expiry. Most cookies of an application differ in that only. */
let stored: { data: CookieData; before: string; after: string } | undefined

/** `JSON.stringify(cookie)`. */
export function cookieJson(cookie: object): string {
  const own = cookie instanceof Cookie && cookie.toJSON === Cookie.prototype.toJSON
  if (!own || !(cookie._expires instanceof Date) || Number.isNaN(cookie._expires.valueOf())) {
    return JSON.stringify(cookie)
  }
  const date = isoText(cookie._expires)
  if (stored && cookie.originalMaxAge === stored.data.originalMaxAge && hasAttributes(cookie, stored.data)) {
    return stored.before + date + stored.after
  }
  const text = JSON.stringify(cookie)
  const start = text.indexOf(EXPIRES) + EXPIRES.length
  stored = { data: cookie.data, before: text.slice(0, start), after: text.slice(start + date.length) }
  return text
}

/** Whether the cookie has these attributes, apart from the time of its expiry. */
function hasAttributes(cookie: Cookie, attributes: Omit<CookieData, 'originalMaxAge'>): boolean {
  return (
    Boolean(cookie._expires) === Boolean(attributes.expires) &&
    cookie.path === attributes.path &&
    cookie.httpOnly === attributes.httpOnly &&
    cookie.secure === attributes.secure &&
    cookie.sameSite === attributes.sameSite &&
    cookie.domain === attributes.domain &&
    cookie.partitioned === attributes.partitioned &&
    cookie.priority === attributes.priority
  )
}
