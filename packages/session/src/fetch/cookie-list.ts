import type { SetCookies } from '../engine/door.ts'
import type { ResponseLike } from './fetch-session.ts'

/** `Set-Cookie` values, and values of other headers, that are not yet in a response. */
export class CookieList implements SetCookies {
  #values: readonly string[]
  readonly #headers: ResponseLike['headers']
  /** The values to append to other headers. */
  readonly added: Map<string, string> = new Map()

  constructor(values: readonly string[], { headers }: ResponseLike) {
    this.#values = values
    this.#headers = headers
  }

  get(): readonly string[] {
    return this.#values
  }

  set(values: readonly string[]): void {
    this.#values = values
  }

  header(name: string): string | undefined {
    return this.added.get(name) ?? this.#headers.get?.(name) ?? undefined
  }

  append(name: string, value: string): void {
    this.added.set(name, value)
  }
}
