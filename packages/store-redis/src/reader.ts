import type { ReadResult, Renewal, StoredRecord } from '@coatcheck/session'
import type { Driver } from './driver.ts'
import { isRefused } from './failures.ts'
import { milliseconds } from './milliseconds.ts'
import { READ, RENEW } from './script.ts'
import type { Together } from './together.ts'

/** By key: the data, `null` where there is none; the milliseconds that are left; and after a touch on read where it has renewed. */
type Found = [data: unknown[], left: unknown[], renewed?: unknown[]]

/** What PTTL answers for a key that is missing, and for one without an end. */
const [MISSING, ENDLESS] = [-2, -1]

/** What a server says that can be read and not be written to. */
const WRITES_NOTHING = /^(READONLY|OOM|MISCONF|NOREPLICAS) /

/** What a reader needs to know. */
export interface ReaderOptions {
  readonly driver: Driver
  readonly together: Together
  /** Milliseconds, for a key without an end, as other packages may leave it. From the next touch on it has one. */
  readonly endless: number
  /** The server takes no scripts from this user. */
  readonly onRefused: () => void
}

/** Reads sessions and what is left of their lives: by a script where the server takes one. */
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
      const alone = found === undefined || isNoText(found, i)
      return alone ? this.one(key, renewal) : this.#record(found, i)
    })
  }

  /** `undefined` where the server takes no scripts. A touch on read that fails is no obstacle to the read. */
  async #scripted(keys: readonly string[], renewal?: Renewal): Promise<Found | undefined> {
    if (!this.#scripts) return undefined
    const { driver } = this.#options
    try {
      if (!renewal) return (await READ.run(driver, keys)) as Found
      return (await RENEW.run(driver, keys, renewal.prefix, milliseconds(renewal.ttl))) as Found
    } catch (error) {
      if (renewal && WRITES_NOTHING.test((error as Error).message)) return this.#scripted(keys)
      if (!isRefused(error)) throw error
      this.#scripts = false
      this.#options.onRefused()
      return undefined
    }
  }

  /** Both are sent at once. What was replaced in between has the new end. */
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

/** Whether something is kept there, but no text. */
function isNoText([data, left]: Found, i: number): boolean {
  return data[i] === null && Number(left[i]) !== MISSING
}
