import type { SetCookies } from '../engine/door.ts'

/** `Set-Cookie` values that are not yet in a response. */
export class CookieList implements SetCookies {
  #values: readonly string[]

  constructor(values: readonly string[]) {
    this.#values = values
  }

  get(): readonly string[] {
    return this.#values
  }

  set(values: readonly string[]): void {
    this.#values = values
  }
}
