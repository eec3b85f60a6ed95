import type { ServerResponse } from 'node:http'
import type { SetCookies } from '../engine/door.ts'

/** The `Set-Cookie` header of a response of `node:http` or `node:http2`. */
export class ResponseCookies implements SetCookies {
  readonly #res: ServerResponse

  constructor(res: ServerResponse) {
    this.#res = res
  }

  get(): readonly string[] {
    const header = this.#res.getHeader('Set-Cookie')
    if (header === undefined) return []
    return Array.isArray(header) ? header : [String(header)]
  }

  set(values: readonly string[]): void {
    if (values.length > 0) this.#res.setHeader('Set-Cookie', [...values])
    else this.#res.removeHeader('Set-Cookie')
  }

  header(name: string): string | undefined {
    const value = this.#res.getHeader(name)
    return value === undefined ? undefined : String(value)
  }

  append(name: string, value: string): void {
    const before = this.header(name)
    this.#res.setHeader(name, before === undefined ? value : `${before}, ${value}`)
  }
}
