import { checkOptionNames } from '../option-names.ts'
import type { Transport } from './transport.ts'

/** Options of `bearer()`. */
export interface BearerOptions {
  /** Name of the response header that carries the token. Default `'X-Auth-Token'`. */
  header?: string | undefined
}

/** What the signed id begins with. A token has no colon (RFC 6750, section 2.1), so it goes without. */
const PREFIX = 's:'

/**
 * A transport for clients that keep a token instead of cookies, such as mobile apps. The client sends `Authorization: Bearer <token>`. The
 * response to a login has the token in a header of its own, and the response to a logout has that header without a value.
 */
export function bearer(options: BearerOptions = {}): Transport {
  checkOptionNames(options, ['header'], 'bearer()')
  const { header = 'X-Auth-Token' } = options
  if (typeof header !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(header)) {
    throw new TypeError('header option of bearer() must be the name of a header')
  }
  return {
    read({ headers }) {
      const token = /^Bearer +(\S+)$/i.exec(headers.get('Authorization') ?? '')?.[1]
      if (token === undefined) return undefined
      return token.startsWith(PREFIX) ? token : PREFIX + token
    },
    write({ headers }, id) {
      headers.set(header, id.slice(PREFIX.length))
    },
    clear({ headers }) {
      headers.set(header, '')
    },
  }
}
