/** One server. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** The address of Redis in a URL. */
export interface Place {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  readonly tls: boolean
  readonly nodes: [Address, ...Address[]]
  readonly username: string | undefined
  readonly password: string | undefined
  readonly db: number
  /** The name of the master at the Sentinels. */
  readonly name: string | undefined
}

const URL_PARTS = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:(.*)@)?([^/@]+)(?:\/([^?#]*))?$/s
const NODE = /^(?:\[([^\]]+)\]|([^:[\]?#\s]+))(?::(\d{1,5}))?$/

/**
 * `redis://user:password@host:port/db`, `redis+sentinel://host:port,host:port/name/db`, `redis+cluster://host:port,host:port`, and
 * the same with `rediss` for TLS. Throws a TypeError that quotes no part of the URL, because any part may contain a password.
 */
export function parseUrl(url: string): Place {
  const [, scheme, mode = 'single', user, hosts, path = ''] = URL_PARTS.exec(String(url)) ?? []
  if (typeof url !== 'string' || scheme === undefined) {
    throw wrong('as redis://host:port/db, redis+sentinel://host:port/name or redis+cluster://host:port')
  }
  const kind = mode as Place['kind']
  const nodes = hosts!
    .split(',')
    .map(node => nodeOf(node, kind === 'sentinel' ? 26379 : 6379)) as Place['nodes']
  if (kind === 'single' && nodes.length > 1)
    throw wrong('with one host, or redis+sentinel:// or redis+cluster://')
  const parts = path === '' ? [] : path.split('/')
  const name = kind === 'sentinel' ? decoded(parts.shift() ?? '') : undefined
  if (name === '')
    throw wrong('with the name of the master after the Sentinels, as redis+sentinel://host/name')
  return { kind, tls: scheme === 'rediss', nodes, ...credentialsOf(user), db: dbOf(parts, kind), name }
}

function nodeOf(text: string, defaultPort: number): Address {
  const [, bracketed, plain, digits] = NODE.exec(text) ?? []
  const host = bracketed ?? plain
  const port = digits === undefined ? defaultPort : Number(digits)
  if (host === undefined || port < 1 || port > 65535) throw wrong('with a host and a port as host:port')
  return { host, port }
}

function credentialsOf(user: string | undefined): Pick<Place, 'username' | 'password'> {
  if (user === undefined) return { username: undefined, password: undefined }
  const [, username, password] = /^([^:]*):(.+)$/s.exec(user) ?? []
  if (password === undefined) throw wrong('with a password after the user, as redis://user:password@host')
  return { username: decoded(username!) || undefined, password: decoded(password) }
}

function dbOf([digits, ...more]: string[], kind: Place['kind']): number {
  if (digits === undefined || digits === '') return 0
  if (more.length > 0 || !/^\d{1,5}$/.test(digits)) throw wrong('with the number of a database at its end')
  if (kind === 'cluster' && Number(digits) !== 0)
    throw wrong('without a database: a cluster has only number 0')
  return Number(digits)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw wrong('in which a % is written as %25')
  }
}

function wrong(expected: string): TypeError {
  return new TypeError(`RedisStore.open needs a URL ${expected}`)
}
