import { checkOptionNames } from '../option-names.ts'

/** Options of device-bound sessions. */
export interface DbscOptions<Req> {
  /** The path below which browsers register and refresh, as they know it: `/register` and `/refresh` are appended. Default `'/dbsc'`. */
  path?: string | undefined
  /** Milliseconds that the bound cookie is valid, and a stolen cookie with it. Default `600_000`: ten minutes. */
  maxAge?: number | undefined
  /**
   * Whether a request of a bound session without a valid bound cookie is answered with 401, or a function of the request. With `false` it
   * gets the session, and `session.bound` is `false`. Leave out the login page: its users may have lost the device. Default `false`.
   */
  require?: boolean | { of(req: Req): boolean }['of'] | undefined
}

/** The same with defaults. */
export interface Dbsc<Req> {
  readonly register: string
  readonly refresh: string
  readonly maxAge: number
  readonly require: boolean | ((req: Req) => boolean)
}

/** Seconds are what `Max-Age` counts in. */
const SHORTEST = 1000

/** Throws a TypeError when the option cannot be used. */
export function checkDbsc(dbsc: DbscOptions<never> | undefined, cookiePath = '/'): void {
  if (dbsc === undefined) return
  if (typeof dbsc !== 'object' || dbsc === null) throw new TypeError('dbsc option must be an object')
  checkOptionNames(dbsc, ['path', 'maxAge', 'require'], 'dbsc')
  const { path = '/dbsc', maxAge = SHORTEST, require = false } = dbsc
  if (typeof path !== 'string' || !/^(\/[\w.~-]+)+$/.test(path))
    throw new TypeError('dbsc.path option must be a path such as "/dbsc"')
  if (!path.startsWith(cookiePath.replace(/\/?$/, '/')))
    throw new TypeError('dbsc.path option must be below cookie.path, or browsers send no cookie there')
  if (!(typeof maxAge === 'number' && maxAge >= SHORTEST && Number.isFinite(maxAge)))
    throw new TypeError('dbsc.maxAge option must be a number of milliseconds, at least 1000')
  if (typeof require !== 'boolean' && typeof require !== 'function')
    throw new TypeError('dbsc.require option must be true, false or a function of the request')
}

/** Fill in the defaults of options that have been checked. */
export function dbscOf<Req>(dbsc: DbscOptions<Req> | undefined): Dbsc<Req> | undefined {
  if (!dbsc) return undefined
  const { path = '/dbsc', maxAge = 600_000, require = false } = dbsc
  return { register: `${path}/register`, refresh: `${path}/refresh`, maxAge, require }
}
