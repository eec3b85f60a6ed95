/** The lifetime of a session in a rule that is not about lifetimes. */
export const usualLifeMs = 60_000

/** Options for the cookie of a rule's session. */
export interface CookieInit {
  /** Milliseconds from now; sets `expires`. */
  maxAge?: number | null
  /** The expiry itself; `null` for a cookie that ends with the browser. */
  expires?: Date | null
  /** The lifetime at creation. Default: `maxAge`. */
  originalMaxAge?: number | null
  path?: string
  domain?: string
  httpOnly?: boolean
  secure?: boolean | 'auto'
  sameSite?: boolean | 'lax' | 'strict' | 'none'
  partitioned?: boolean
  priority?: 'low' | 'medium' | 'high'
}

/** A cookie as connect-style middleware passes it to a store: getters on the prototype, and its own `toJSON`. */
export class Cookie {
  declare path: string
  declare httpOnly: boolean
  declare originalMaxAge: number | null
  declare _expires: Date | null

  constructor(init: CookieInit = {}) {
    const { maxAge, expires, originalMaxAge, ...rest } = init
    this.path = '/'
    this._expires = null
    this.originalMaxAge = null
    this.httpOnly = true
    Object.assign(this, rest)
    if (maxAge !== undefined) this.maxAge = maxAge
    if (expires !== undefined) this.expires = expires
    if (originalMaxAge !== undefined) this.originalMaxAge = originalMaxAge
  }

  get expires(): Date | null {
    return this._expires
  }

  set expires(date: Date | null) {
    this._expires = date
    this.originalMaxAge = this.maxAge
  }

  get maxAge(): number | null {
    return this._expires instanceof Date ? this._expires.valueOf() - Date.now() : this._expires
  }

  set maxAge(ms: number | null) {
    this._expires = typeof ms === 'number' ? new Date(Date.now() + ms) : null
    this.originalMaxAge = ms
  }

  get data(): Record<string, unknown> {
    const { _expires, ...rest } = this as unknown as Record<string, unknown>
    return { ...rest, expires: _expires }
  }

  toJSON(): Record<string, unknown> {
    return this.data
  }
}

/** A session as connect-style middleware passes it to a store: data, a cookie, and a request that is not enumerable. */
export class Session {
  declare cookie: Cookie;
  [key: string]: unknown

  constructor(data: object, cookie: Cookie) {
    const req: Record<string, unknown> = { url: '/', headers: {}, sessionID: 'of the request' }
    req.session = this
    if (!Object.hasOwn(data, 'req')) Object.defineProperty(this, 'req', { value: req })
    if (!Object.hasOwn(data, 'id')) Object.defineProperty(this, 'id', { value: req.sessionID })
    for (const key of Object.keys(data)) define(this, key, (data as Record<string, unknown>)[key])
    this.cookie = cookie
  }

  touch(): this {
    this.cookie.maxAge = this.cookie.originalMaxAge
    return this
  }

  save(callback?: (error?: unknown) => void): this {
    callback?.()
    return this
  }
}

/** Assigns an own property, even if the key is `__proto__`. */
function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

/** The same session as plain JSON data, which most stores return. */
export function plain(session: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(session)) as Record<string, unknown>
}
