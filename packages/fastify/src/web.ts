import type { RequestLike, ResponseLike } from '@coatcheck/session/fetch'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What the value of a session cookie begins with. */
export type CookiePrefix = 's:' | ''

/** Reads and writes the session cookie in both forms: with the prefix `s:`, as this family has it, and without, as @fastify/session has it. */
export class CookieForm {
  readonly #unprefixed: RegExp
  readonly #sent: RegExp | undefined

  constructor(names: readonly string[], prefix: CookiePrefix) {
    const literal = names.map(name => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
    this.#unprefixed = new RegExp(`((?:^|;)\\s*(?:${literal})\\s*=\\s*"?)(?!s(?::|%3[aA]))`, 'g')
    this.#sent = prefix === '' ? new RegExp(`^((?:${literal})=)s%3A`) : undefined
  }

  /** The `Cookie` header with the prefix. */
  read(header: string | undefined): string | null {
    return header === undefined ? null : header.replace(this.#unprefixed, '$1s%3A')
  }

  /** A `Set-Cookie` value in the form that the application wants. */
  write(value: string): string {
    return this.#sent ? value.replace(this.#sent, '$1') : value
  }
}

/** What `createSessions()` reads of a `Request`. To make a real one takes as long as Fastify takes for the whole request. */
export class WebRequest implements RequestLike {
  readonly #request: FastifyRequest
  readonly headers: { get(name: string): string | null }

  constructor(request: FastifyRequest, form: CookieForm) {
    this.#request = request
    const get = (name: string) => request.headers[name.toLowerCase()]?.toString() ?? null
    this.headers = { get: name => (name === 'Cookie' ? form.read(request.headers.cookie) : get(name)) }
  }

  get method(): string {
    return this.#request.method
  }

  /** With the path by which the browser knows it. */
  get url(): string {
    const { originalUrl } = this.#request
    return originalUrl.startsWith('/') ? `http://localhost${originalUrl}` : 'http://localhost/'
  }

  get signal(): { readonly aborted: boolean } {
    return { aborted: this.#request.raw.socket?.destroyed ?? false }
  }
}

/** What `createSessions()` reads and changes of a `Response`. */
export class WebResponse implements ResponseLike {
  readonly headers: ReplyHeaders
  readonly #reply: FastifyReply

  constructor(reply: FastifyReply, form: CookieForm) {
    this.#reply = reply
    this.headers = new ReplyHeaders(reply, form)
  }

  get status(): number {
    return this.#reply.statusCode
  }
}

class ReplyHeaders {
  readonly #reply: FastifyReply
  readonly #form: CookieForm

  constructor(reply: FastifyReply, form: CookieForm) {
    this.#reply = reply
    this.#form = form
  }

  getSetCookie(): string[] {
    const value = this.#reply.getHeader('set-cookie') ?? []
    return [value].flat().map(String)
  }

  get(name: string): string | null {
    const value = this.#reply.getHeader(name)
    return value === undefined ? null : String(value)
  }

  delete(name: string): void {
    this.#reply.removeHeader(name)
  }

  append(name: string, value: string): void {
    const before = isSetCookie(name) ? undefined : this.#reply.getHeader(name)
    this.#reply.header(name, before === undefined ? this.#form.write(value) : `${before}, ${value}`)
  }
}

/** Fastify adds values of this header to those that are there. */
function isSetCookie(name: string): boolean {
  return name.toLowerCase() === 'set-cookie'
}
