import type { ReadResult, Renewal, StoredRecord } from '@coatcheck/session'
import type { Driver } from './driver.ts'
import { isRefused } from './failures.ts'
import { milliseconds } from './milliseconds.ts'
import { LIFETIMES, READ, RENEW } from './script.ts'
import type { Together } from './together.ts'

/** By key: the data, or `null`; the rest of the lifetime in milliseconds; and after a touch on read, whether the key was touched. */
type Found = [data: unknown[], left: unknown[], renewed?: unknown[]]

/** The answers of PTTL for a missing key, and for a key without an expiry. */
const [MISSING, ENDLESS] = [-2, -1]

/** Error codes of a server that can be read but not written. */
const WRITES_NOTHING = /^(READONLY|OOM|MISCONF|NOREPLICAS) /

/** What a reader needs of the store. */
export interface ReaderOptions {
  readonly driver: Driver
  readonly together: Together
  /** Lifetime in milliseconds of a key without an expiry, which other packages may write. The next touch sets the expiry. */
  readonly endless: number
  /** Whether the server lets this user run no scripts. */
  readonly onRefused: () => void
}

/** Reads sessions and the rest of their lifetimes, with a script if the server allows it. */
export class Reader {
  readonly #options: ReaderOptions
  #scripts = true

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  async one(key: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const found = await this.#scripted([key], renewal)
    return found ? this.#record(found, 0) : this.#plain(key)
  }

  async several(keys: readonly string[], renewal?: Renewal): Promise<readonly ReadResult[]> {
    const found = await this.#options.together.run(() => this.#scripted(keys, renewal))
    return keys.map((key, i) => {
      const alone = found === undefined || !isClear(found, i)
      return alone ? this.one(key, renewal) : this.#record(found, i)
    })
  }

  /** `undefined` if the server allows no scripts. If the touch on read fails, the session is read without it. */
  async #scripted(keys: readonly string[], renewal?: Renewal): Promise<Found | undefined> {
    if (!this.#scripts) return undefined
    const { driver } = this.#options
    try {
      if (!renewal) return (await (keys.length === 1 ? READ.run(driver, keys) : this.#parts(keys))) as Found
      return (await RENEW.run(driver, keys, renewal.prefix, milliseconds(renewal.ttl))) as Found
    } catch (error) {
      if (renewal && WRITES_NOTHING.test((error as Error).message)) return this.#scripted(keys)
      if (!isRefused(error)) throw error
      this.#scripts = false
      this.#options.onRefused()
      return undefined
    }
  }

  /**
   * A server needs half as long for these two commands as for one script that returns the data too, because a script copies it. If a
   * session is replaced in between, the read has the other expiry.
   */
  async #parts(keys: readonly string[]): Promise<Found> {
    const { driver } = this.#options
    const parts = await Promise.all([
      driver.command(keys[0]!, ['mget', ...keys]),
      LIFETIMES.run(driver, keys),
    ])
    return parts as unknown[][] as Found
  }

  /** Both commands are sent at once. If the session is replaced in between, the read has the new expiry. */
  async #plain(key: string): Promise<StoredRecord | undefined> {
    const { driver } = this.#options
    const [data, left] = await Promise.all([
      driver.command(key, ['get', key]),
      driver.command(key, ['pttl', key]),
    ])
    return Number(left) === MISSING ? undefined : this.#record([[data], [left]], 0)
  }

  #record([data, lefts, renewed]: Found, i: number): StoredRecord | undefined {
    if (data[i] === null) return undefined
    const left = Number(lefts[i])
    const ttl = left === ENDLESS ? this.#options.endless : left
    return { data: String(data[i]), ttl, renewed: Boolean(renewed?.[i]) }
  }
}

/** `false` if the key has a value that is not a string, or was made or removed during the read. */
function isClear([data, left]: Found, i: number): boolean {
  return (data[i] === null) === (Number(left[i]) === MISSING)
}
