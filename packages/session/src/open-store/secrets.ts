import { inspect } from 'node:util'

/** Names of query parameters whose values are secret. */
const SECRET_NAME = /pass|pwd|secret|token|key|auth|credential|sig/i

const HIDDEN = '***'

/** All parts of a URL that may be secret, even if the URL is not well-formed: as written, and decoded. */
export function secretsOf(url: string): string[] {
  const [address = '', ...query] = url.split('?')
  const userinfo = [address, url].flatMap(text => partsOfUserinfo(text))
  const values = query
    .join('?')
    .split(/[&#]/)
    .flatMap(parameter => {
      const at = parameter.indexOf('=')
      return at > 0 && SECRET_NAME.test(parameter.slice(0, at)) ? [parameter.slice(at + 1)] : []
    })
  const found = [...userinfo, ...values].flatMap(text => [text, decoded(text)])
  // The longest first: if a part of a secret were hidden first, the rest of it would no longer be found.
  return [...new Set(found)].filter(Boolean).sort((a, b) => b.length - a.length)
}

/** `text` with each of the secrets hidden. */
export function hide(text: string, secrets: readonly string[]): string {
  return secrets.reduce((hidden, secret) => hidden.replaceAll(secret, HIDDEN), text)
}

/** The error itself if it shows no secret. Otherwise a plain error with its name, its code and a message without secrets. */
export function cleaned(error: unknown, secrets: readonly string[]): unknown {
  const shown = inspect(error, { depth: 8, showHidden: true, maxStringLength: null, maxArrayLength: null })
  return secrets.some(secret => shown.includes(secret)) ? copied(error, secrets) : error
}

/** A copy without the other properties of a driver's error, such as a command with its arguments, or a client. */
export function copied(error: unknown, secrets: readonly string[]): Error {
  const { name, code, stack } = (error ?? {}) as { name?: unknown; code?: unknown; stack?: unknown }
  const text = hide(messageOf(error), secrets)
  const copy = error instanceof TypeError ? new TypeError(text) : new Error(text)
  if (typeof name === 'string') Object.defineProperty(copy, 'name', { value: hide(name, secrets) })
  if (typeof stack === 'string') copy.stack = hide(stack, secrets)
  if (typeof code === 'string' || typeof code === 'number') {
    Object.assign(copy, { code: typeof code === 'string' ? hide(code, secrets) : code })
  }
  return copy
}

/** If several addresses were tried, Node's error has no message of its own, only those of its parts. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { errors } = error as { errors?: unknown }
  if (error.message) return error.message
  if (Array.isArray(errors) && errors.length > 0) return [...new Set(errors.map(messageOf))].join(', ')
  return String((error as { code?: unknown }).code ?? error.name)
}

/** `user:password` and the password, or a token without a user. */
function partsOfUserinfo(text: string): string[] {
  const at = text.lastIndexOf('@')
  if (at < 0) return []
  const userinfo = text.slice(0, at).replace(/^[^:/]*:?\/*/, '')
  const colon = userinfo.indexOf(':')
  const password = colon < 0 ? userinfo : userinfo.slice(colon + 1)
  // If the password contains an unescaped / or @, a driver may split it there and show the pieces.
  return [userinfo, password, ...password.split(/[/@?#:]/).filter(piece => piece.length > 2)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
