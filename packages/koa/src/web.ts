import type { RequestLike, ResponseLike } from '@coatcheck/session/fetch'
import type { ParameterizedContext } from 'koa'

/** What `createSessions()` reads of a `Request`. */
export class WebRequest implements RequestLike {
  readonly #ctx: ParameterizedContext
  readonly headers: { get(name: string): string | null }

  constructor(ctx: ParameterizedContext) {
    this.#ctx = ctx
    this.headers = { get: name => ctx.get(name) || null }
  }

  get method(): string {
    return this.#ctx.method
  }

  /** With the path by which the browser knows it. */
  get url(): string {
    const { originalUrl } = this.#ctx
    if (originalUrl.startsWith('/')) return `http://localhost${originalUrl}`
    return URL.canParse(originalUrl) ? originalUrl : 'http://localhost/'
  }

  get signal(): { readonly aborted: boolean } {
    return { aborted: this.#ctx.req.socket?.destroyed ?? false }
  }
}

/** What `createSessions()` reads and changes of a `Response`. */
export class WebResponse implements ResponseLike {
  readonly status: number
  readonly headers: ResponseHeaders

  constructor(ctx: ParameterizedContext, status: number) {
    this.status = status
    this.headers = new ResponseHeaders(ctx)
  }
}

class ResponseHeaders {
  readonly #ctx: ParameterizedContext
  readonly #before: readonly string[]
  /** What was put into the response for the session. */
  readonly added: Record<string, string[]> = {}

  constructor(ctx: ParameterizedContext) {
    this.#ctx = ctx
    this.#before = cookiesOf(ctx)
  }

  getSetCookie(): string[] {
    return cookiesOf(this.#ctx)
  }

  get(name: string): string | null {
    const value = this.#ctx.res.getHeader(name)
    return value === undefined ? null : String(value)
  }

  delete(name: string): void {
    this.#ctx.remove(name)
  }

  append(name: string, value: string): void {
    this.#ctx.append(name, value)
    const key = name.toLowerCase()
    const others = key === 'set-cookie' ? this.#before : []
    if (!others.includes(value)) this.added[key] = [...(this.added[key] ?? []), value]
  }
}

/** The `Set-Cookie` values of the response. */
export function cookiesOf(ctx: ParameterizedContext): string[] {
  return [ctx.res.getHeader('Set-Cookie') ?? []].flat().map(String)
}
