import {
  type Diagnosing,
  type Finding,
  type ReadResult,
  RecordStore,
  type RecordStoreOptions,
  type Renewal,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'
import { type Driver, driverOf, type RedisClient } from './client.ts'
import { diagnose, versionIn } from './diagnose.ts'
import { connect, type Own } from './own-client.ts'
import { parseUrl } from './parse-url.ts'
import { scan } from './scan.ts'
import { EXCHANGE, READ, RENEW, REPLACE } from './script.ts'
import { withTimeLimit } from './time-limit.ts'

/** Options of {@link RedisStore.open}. */
export interface RedisOpenOptions extends Omit<RecordStoreOptions, 'pruneInterval'> {
  /** What stands before each id in its key. Default `'sess:'`. */
  prefix?: string | undefined
  /** How many keys Redis looks through for one page of `entries`, `ids` and `all`. Default 100. */
  scanCount?: number | undefined
  /** Milliseconds that Redis has for an answer to a command; then `ERR_SESSION_STORE_TIMEOUT`. `0` for no limit. Default 5000. */
  timeout?: number | undefined
}

/** Options of {@link RedisStore}. */
export interface RedisStoreOptions extends RedisOpenOptions {
  /** A `Redis` or `Cluster` of ioredis; a client, pool, cluster or Sentinel of node-redis, connected. The store never closes it. */
  client: RedisClient
}

/** Milliseconds, about 4,500 years: dates in JavaScript and expiries in Redis can be counted that far. What lasts longer ends then. */
const LONGEST = 2 ** 47

/** Keys per page where only keys are asked for. */
const KEYS = 1000

/** By key: the data, `null` where there is none; the milliseconds that are left; and after a renewing read where it has renewed. */
type Found = [data: unknown[], left: unknown[], renewed?: unknown[]]

/** What PTTL answers for a key that is missing. */
const MISSING = -2

/** Sessions in Redis, through ioredis or node-redis. Redis deletes what has expired by itself. */
export class RedisStore extends RecordStore implements Diagnosing {
  readonly #prefix: string
  readonly #scanCount: number
  #driver: Driver
  #own: Own | undefined
  /** No command may have several keys, as these may be on several servers. */
  #apart: boolean

  constructor({ client, prefix = 'sess:', scanCount = 100, timeout = 5000, ...options }: RedisStoreOptions) {
    super(options)
    const driver = driverOf(client)
    if (typeof prefix !== 'string') throw new TypeError('The option "prefix" must be a string')
    if (!(Number.isInteger(scanCount) && scanCount > 0)) {
      throw new TypeError('The option "scanCount" must be a whole number greater than 0')
    }
    checkTimeout(timeout)
    this.#driver = withTimeLimit(driver, timeout)
    this.#prefix = driver.ownPrefix + prefix
    this.#apart = driver.clustered
    this.#scanCount = scanCount
  }

  /**
   * A store with a client of its own, which `close()` closes, through ioredis. It connects on first use, and again whenever the
   * connection was lost. The URL is `redis://user:password@host:port/db`, `redis+sentinel://host:port,host:port/name/db` or
   * `redis+cluster://host:port,host:port`, or the same with `rediss` for TLS. Fails when ioredis is not installed.
   */
  static open(url: string, { timeout = 5000, ...options }: RedisOpenOptions = {}): RedisStore {
    const place = parseUrl(url)
    checkTimeout(timeout)
    const own = connect(place, timeout)
    const store = new RedisStore({ ...options, client: own.client })
    store.#driver = withTimeLimit(driverOf(own.client), timeout, own)
    store.#own = own
    return store
  }

  /** What is to be known about the server: for `coatcheck doctor`. */
  diagnose(): Promise<Finding[]> {
    const client = this.#own ? `ioredis ${versionIn('ioredis/package.json')}` : 'a client of the app'
    return diagnose(this.#driver, client)
  }

  protected override async _close(): Promise<void> {
    await this.#own?.close()
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const found = await this.#ask([this.#prefix + sid], renewal)
    return this.#recordOf(found, 0)
  }

  protected override async _readMany(
    sids: readonly string[],
    renewal?: Renewal,
  ): Promise<readonly ReadResult[]> {
    const keys = sids.map(sid => this.#prefix + sid)
    const found = await this.#together(() => this.#ask(keys, renewal))
    return sids.map((sid, i) => {
      const alone = found === undefined || isNoText(found, i)
      return alone ? this._read(sid, renewal) : this.#recordOf(found, i)
    })
  }

  protected override async _write(sid: string, data: string, ttl: number): Promise<void> {
    const key = this.#prefix + sid
    await this.#driver.command(key, ['set', key, data, 'px', milliseconds(ttl)])
  }

  protected override async _insert(sid: string, data: string, ttl: number): Promise<boolean> {
    const key = this.#prefix + sid
    return (await this.#driver.command(key, ['set', key, data, 'px', milliseconds(ttl), 'nx'])) !== null
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
  ): Promise<UpdateResult> {
    const key = this.#prefix + sid
    if (expected !== undefined) {
      const result = await REPLACE.run(this.#driver, [key], data, milliseconds(ttl), expected)
      return String(result) as UpdateResult
    }
    const reply = await this.#driver.command(key, ['set', key, data, 'px', milliseconds(ttl), 'xx'])
    return reply === null ? 'missing' : 'updated'
  }

  protected override async _touch(sid: string, ttl: number): Promise<boolean> {
    const key = this.#prefix + sid
    return Number(await this.#driver.command(key, ['pexpire', key, milliseconds(ttl)])) === 1
  }

  protected override async _destroy(sid: string): Promise<boolean> {
    const key = this.#prefix + sid
    return Number(await this.#driver.command(key, ['del', key])) === 1
  }

  protected override async _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
  ): Promise<boolean> {
    const keys = [this.#prefix + old, this.#prefix + sid]
    const there = await this.#together(() =>
      EXCHANGE.run(this.#driver, keys, data, milliseconds(ttl), required ? 'required' : ''),
    )
    return there === undefined ? super._exchange(old, sid, data, ttl, required) : Number(there) === 1
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    for await (const sids of this.#pages(this.#scanCount)) {
      const records = await Promise.all(sids.map(sid => this._read(sid)))
      for (const [i, record] of records.entries()) {
        if (record) yield { sid: sids[i]!, ...record }
      }
    }
  }

  protected override async _clear(): Promise<void> {
    for await (const sids of this.#pages(Math.max(this.#scanCount, KEYS))) {
      if (sids.length === 0) continue
      const keys = sids.map(sid => this.#prefix + sid)
      const unlink = (keys: readonly string[]) => this.#driver.command(keys[0]!, ['unlink', ...keys])
      const unlinked = await this.#together(() => unlink(keys))
      if (unlinked === undefined) await Promise.all(keys.map(key => unlink([key])))
    }
  }

  protected override async _count(): Promise<number> {
    let count = 0
    for await (const sids of this.#pages(Math.max(this.#scanCount, KEYS))) count += sids.length
    return count
  }

  async #ask(keys: readonly string[], renewal?: Renewal): Promise<Found> {
    const found = renewal
      ? RENEW.run(this.#driver, keys, renewal.prefix, milliseconds(renewal.ttl))
      : READ.run(this.#driver, keys)
    return (await found) as Found
  }

  /** Nothing where the keys are not all in one place: behind a proxy a cluster may look like one server. */
  async #together<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#apart) return undefined
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('CROSSSLOT'))) throw error
      this.#apart = true
      return undefined
    }
  }

  #recordOf([data, lefts, renewed]: Found, i: number): StoredRecord | undefined {
    if (data[i] === null) return undefined
    const left = Number(lefts[i])
    // -1: a key without an end, as other packages may leave it. From the next touch on it has one.
    const ttl = left < 0 ? Math.min(this.ttl, LONGEST) : left
    return { data: String(data[i]), ttl, renewed: Boolean(renewed?.[i]) }
  }

  /** The ids of this store, page by page. */
  async *#pages(count: number): AsyncGenerator<string[], void, void> {
    for await (const keys of scan(this.#driver, this.#prefix, count)) {
      yield keys.map(key => key.slice(this.#prefix.length))
    }
  }
}

/** Whether something is kept there, but no text. */
function isNoText([data, left]: Found, i: number): boolean {
  return data[i] === null && Number(left[i]) !== MISSING
}

/** Redis counts in whole milliseconds, of which there must be one. */
function milliseconds(ttl: number): string {
  return String(Math.max(1, Math.min(Math.ceil(ttl), LONGEST)))
}

function checkTimeout(timeout: unknown): void {
  if (!(Number.isInteger(timeout) && (timeout as number) >= 0 && (timeout as number) < 2 ** 31)) {
    throw new TypeError('The option "timeout" must be a whole number of milliseconds')
  }
}
