import { closest } from '../option-names.ts'

/** The type of an option in a query string. */
export type OptionType = 'number' | 'boolean' | 'text' | 'number or false'

/** A URL without the store's own options, and these options. */
export interface SplitUrl {
  url: string
  options: Record<string, string | number | boolean>
}

const EXAMPLES =
  'memory:, sqlite:./sessions.db, redis://localhost:6379, postgres://localhost/app, mysql://localhost/app, mongodb://localhost/app or dynamodb://region/table'

/** The message does not quote the URL, because any part of it may contain a password. */
export function urlError(problem: string): TypeError {
  return new TypeError(
    `The URL of the session store (an environment variable such as SESSION_STORE) ${problem}; it looks like ${EXAMPLES}`,
  )
}

/** Split `name:rest`. The name is a scheme or a package. Throws a TypeError when there is no name. */
export function splitName(url: unknown): { name: string; rest: string } {
  if (url === undefined || url === null || url === '') throw urlError('is not set')
  if (typeof url !== 'string') throw urlError('is not a string')
  const match = /^((?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~+-]*):(.*)$/is.exec(url.trim())
  if (!match) throw urlError('does not begin with a scheme')
  return { name: match[1] as string, rest: match[2] as string }
}

/** What a query string may hold for one kind of store. */
export interface QueryOptions {
  /** For messages. */
  readonly label: string
  readonly types: Readonly<Record<string, OptionType>>
  /** Whether a name is an option of the driver. Undefined if the URL cannot have driver options. */
  readonly isDriverOption?: ((name: string) => boolean) | undefined
}

/**
 * Removes the store's own options from the query string. Options of the driver stay in the URL. Throws a TypeError for an unknown name.
 * If the driver has options that are not listed here, only a name that looks like a mistyped option of the store throws.
 */
export function splitOptions(url: string, { label, types, isDriverOption }: QueryOptions): SplitUrl {
  const at = url.indexOf('?')
  if (at < 0) return { url, options: {} }
  const options: SplitUrl['options'] = {}
  const others = url
    .slice(at + 1)
    .split('&')
    .filter(parameter => {
      const [name = '', value = ''] = parameter.split(/=(.*)/s)
      const type = Object.hasOwn(types, name) ? types[name] : undefined
      if (type) options[name] = typed(name, decodedText(value), type)
      // An @ here means that this is part of an unescaped password: its pieces must not get into a message.
      else if (parameter.includes('=') && !url.includes('@', at)) checkName(name)
      return !type
    })
  return { url: url.slice(0, at) + (others.join('&') && `?${others.join('&')}`), options }

  function checkName(name: string): void {
    if (isDriverOption?.(name)) return
    const meant = closest(name, Object.keys(types))
    if (isDriverOption && !meant) return
    const shown = /^[a-z][\w.-]{0,39}$/i.test(name) ? ` "${name}"` : ''
    throw new TypeError(
      `The option${shown} in the URL of the session store is not an option of ${label} stores${meant ? `; did you mean "${meant}"?` : ''}`,
    )
  }
}

/** Throws a TypeError when the text after the scheme cannot be the address of a server. */
export function checkAddress(rest: string): void {
  if (!rest.startsWith('//')) throw urlError('has no // after its scheme')
  const [authority = '', path = ''] = rest.slice(2).split(/([/?#].*)/s)
  const hosts = authority.slice(authority.lastIndexOf('@') + 1)
  const ports = hosts.split(',').every(host => /^(\[[^\]]*\]|[^:]*)(:\d{0,5})?$/.test(host))
  if (!ports || path.replace(/\?.*/s, '').includes('@')) {
    throw urlError(
      'cannot be parsed after its scheme: in a user name or password, percent-encode characters such as / ? # @ : (/ is %2F)',
    )
  }
}

/** `host:port` for messages; `undefined` if it might be part of a password. */
export function addressOf(rest: string): string | undefined {
  if (!rest.startsWith('//')) return undefined
  const [authority = '', path = ''] = rest.slice(2).split(/([/?#].*)/s)
  if (path.includes('@')) return undefined
  return authority.slice(authority.lastIndexOf('@') + 1) || undefined
}

/** The file that `sqlite:` names: a relative path, `///` and an absolute path, or `:memory:`. */
export function filePath(rest: string): string {
  const path = rest.replace(/^\/\/(?=\/)/, '').replace(/^\/(?=[a-z]:[\\/])/i, '')
  if (path === '' || path.startsWith('//') || path.includes('?')) {
    throw urlError(
      'names no file, or has options that SQLite stores do not have: sqlite:./sessions.db is relative, sqlite:///var/lib/sessions.db is absolute, and a ? in a file name is %3F',
    )
  }
  return decodedText(path)
}

function typed(name: string, text: string, type: OptionType): string | number | boolean {
  if (type === 'text') return text
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  if (type === 'number or false' && text === 'false') return false
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (type !== 'boolean' && Number.isFinite(number)) return number
  const wanted = { number: 'a number', boolean: 'true or false', 'number or false': 'a number or false' }[
    type
  ]
  throw new TypeError(`The option "${name}" in the URL of the session store must be ${wanted}`)
}

function decodedText(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw urlError('has a % without two hexadecimal digits after it')
  }
}
