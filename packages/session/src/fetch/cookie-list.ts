import type { SetCookies } from '../engine/door.ts'
import type { ResponseLike } from './fetch-session.ts'

/**
 * `Set-Cookie` values, and values of other headers, that are not yet in a response. Its headers are not looked at before one has to be
 * set: servers make the object for them when it is first used.
 */
export class CookieList implements SetCookies {
  #values: readonly string[] | undefined
  readonly #response: ResponseLike
  /** The values to append to other headers. */
  readonly added: Map<string, string> = new Map()

  /** `values`: what the response sets, if that is known. */
  constructor(response: ResponseLike, values?: readonly string[]) {
    this.#response = response
    this.#values = values
  }

  get(): readonly string[] {
    this.#values ??= this.#response.headers.getSetCookie()
    return this.#values
  }

  set(values: readonly string[]): void {
    this.#values = values
  }

  header(name: string): string | undefined {
    return this.added.get(name) ?? this.#response.headers.get?.(name) ?? undefined
  }

  append(name: string, value: string): void {
    this.added.set(name, value)
  }
}
