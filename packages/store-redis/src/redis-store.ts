import {
  checkOptionNames,
  type Diagnosing,
  type Finding,
  RECORD_STORE_OPTIONS,
  type ReadResult,
  RecordStore,
  type RecordStoreOptions,
  type Renewal,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'
import { driverOf } from './client.ts'
import { diagnose, versionIn } from './diagnose.ts'
import type { Driver, RedisClient } from './driver.ts'
import { isRefused } from './failures.ts'
import { LONGEST, milliseconds } from './milliseconds.ts'
import { connect, type Own, ownerOf } from './own-client.ts'
import { OwnerIndex } from './owner-index.ts'
import { parseUrl } from './parse-url.ts'
import { warnOfPlainCommands } from './plain-commands.ts'
import { Reader } from './reader.ts'
import { scan } from './scan.ts'
import { Writes } from './script.ts'
import { withTimeLimit } from './time-limit.ts'
import { Together } from './together.ts'
import { transact } from './transactions.ts'

/** Options of {@link RedisStore.open}. */
export interface RedisOpenOptions extends Omit<RecordStoreOptions, 'pruneInterval'> {
  /** Prefix of the key of each id. Default `'sess:'`. */
  prefix?: string | undefined
  /** How many keys Redis scans for one page of `entries`, `ids` and `all`. Default 100. */
  scanCount?: number | undefined
  /** Milliseconds that Redis has to answer a command; then `ERR_SESSION_STORE_TIMEOUT`. `0` for no limit. Default 5000. */
  timeout?: number | undefined
}

/** Options of {@link RedisStore}. */
export interface RedisStoreOptions extends RedisOpenOptions {
  /** A `Redis` or `Cluster` of ioredis; a client, pool, cluster or Sentinel of node-redis, connected. The store never closes it. */
  client: RedisClient
}

const OPTIONS: Record<keyof RedisStoreOptions, true> = {
  ...RECORD_STORE_OPTIONS,
  client: true,
  prefix: true,
  scanCount: true,
  timeout: true,
}

/** Keys per page when only keys are needed. */
const KEYS = 1000

/** Sessions in Redis, through ioredis or node-redis. Redis itself deletes expired sessions. */
export class RedisStore extends RecordStore implements Diagnosing {
  readonly #prefix: string
  readonly #scanCount: number
  readonly #driver: Driver
  readonly #own: Own | undefined
  readonly #together: Together
  readonly #reader: Reader
  readonly #owners: OwnerIndex
  readonly #keepsOwners: boolean
  readonly #writes = new Writes()
  /** Whether the server has GETDEL, from Redis 6.2 on. */
  #getdel = true

  constructor(options: RedisStoreOptions) {
    const { client, prefix = 'sess:', scanCount = 100, timeout = 5000, ...rest } = options
    super(rest)
    checkOptionNames(options, Object.keys(OPTIONS), 'RedisStore')
    const driver = driverOf(client)
    this.#own = ownerOf(client)
    if (typeof prefix !== 'string') throw new TypeError('The option "prefix" must be a string')
    if (!(Number.isInteger(scanCount) && scanCount > 0)) {
      throw new TypeError('The option "scanCount" must be a whole number greater than 0')
    }
    checkTimeout(timeout)
    this.#driver = withTimeLimit(driver, timeout, this.#own)
    this.#prefix = driver.ownPrefix + prefix
    this.#scanCount = scanCount
    this.#keepsOwners = options.owner !== undefined
    this.#owners = new OwnerIndex(this.#driver, this.#prefix)
    this.#together = new Together(driver)
    this.#reader = new Reader({
      driver: this.#driver,
      together: this.#together,
      endless: Math.min(this.ttl, LONGEST),
      onRefused: warnOfPlainCommands,
    })
  }

  /**
   * A store with its own client of ioredis, which `close()` closes. It connects on first use, and again when the connection
   * was lost. The URL is `redis://user:password@host:port/db`, `redis+sentinel://host:port,host:port/name/db` or
   * `redis+cluster://host:port,host:port`, or the same with `rediss` for TLS. Fails when ioredis is not installed.
   */
  static open(url: string, options: RedisOpenOptions = {}): RedisStore {
    const place = parseUrl(url)
    const { timeout = 5000 } = options
    checkTimeout(timeout)
    return new RedisStore({ ...options, client: connect(place, timeout).client })
  }

  /** Findings about the server, for `coatcheck doctor`. */
  diagnose(): Promise<Finding[]> {
    const client = this.#own ? `ioredis ${versionIn('ioredis/package.json')}` : 'a client of the app'
    return diagnose(this.#driver, client)
  }

  protected override async _close(): Promise<void> {
    this.#driver.isolation.close()
    await this.#own?.close()
  }

  protected override _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    return this.#reader.one(this.#prefix + sid, renewal)
  }

  protected override _readMany(sids: readonly string[], renewal?: Renewal): Promise<readonly ReadResult[]> {
    const keys = sids.map(sid => this.#prefix + sid)
    return this.#reader.several(keys, renewal)
  }

  protected override _write(sid: string, data: string, ttl: number, owner?: string): Promise<void> {
    const key = this.#prefix + sid
    const write = () => this.#driver.command(key, ['set', key, data, 'px', milliseconds(ttl)])
    return (owner === undefined ? write() : this.#owning(owner, sid, write)) as Promise<void>
  }

  protected override async _insert(sid: string, data: string, ttl: number, owner?: string): Promise<boolean> {
    const key = this.#prefix + sid
    const set = ['set', key, data, 'px', milliseconds(ttl), 'nx']
    return (await this.#owning(owner, sid, () => this.#driver.command(key, set))) !== null
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
    owner?: string,
  ): Promise<UpdateResult> {
    const key = this.#prefix + sid
    if (owner === undefined) return this.#change(key, data, ttl, expected)
    // The session is there already, and mostly in the set of its owner too. So the two need not wait for each other.
    const [result] = await Promise.all([this.#change(key, data, ttl, expected), this.#owners.add(owner, sid)])
    return result
  }

  async #change(key: string, data: string, ttl: number, expected: string | undefined): Promise<UpdateResult> {
    if (expected !== undefined) return this.#replace(key, data, milliseconds(ttl), expected)
    const reply = await this.#driver.command(key, ['set', key, data, 'px', milliseconds(ttl), 'xx'])
    return reply === null ? 'missing' : 'updated'
  }

  protected override async _touch(sid: string, ttl: number): Promise<boolean> {
    const key = this.#prefix + sid
    return Number(await this.#driver.command(key, ['pexpire', key, milliseconds(ttl)])) === 1
  }

  protected override async _destroy(sid: string): Promise<string | false> {
    return removed(await this.#take(this.#prefix + sid))
  }

  protected override async _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
    owner?: string,
  ): Promise<string | boolean> {
    const [from, to] = [this.#prefix + old, this.#prefix + sid]
    const found = await this.#owning(owner, sid, () =>
      this.#together.run(() => this.#exchange([from, to], data, milliseconds(ttl), required)),
    )
    return found === undefined ? super._exchange(old, sid, data, ttl, required, owner) : removed(found)
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    for await (const sids of this.#pages(this.#scanCount)) {
      const records = await Promise.all(sids.map(sid => this._read(sid)))
      for (const [i, record] of records.entries()) {
        if (record) yield { sid: sids[i]!, ...record }
      }
    }
  }

  /** If a session is gone when it is read, it may have got another id since: then the set is read again. */
  protected override async _owned(owner: string): Promise<StoredEntry[]> {
    const live: StoredEntry[] = []
    const gone: string[] = []
    const known = new Set<string>()
    for (let missed = true; missed; ) {
      const sids = (await this.#owners.sids(owner)).filter(sid => !known.has(sid))
      const records = sids.length > 0 ? await Promise.all(await this._readMany(sids)) : []
      missed = false
      for (const [i, sid] of sids.entries()) {
        known.add(sid)
        if (records[i]) live.push({ sid, ...records[i] })
        else missed = gone.push(sid) > 0
      }
    }
    await this.#owners.forget(owner, gone)
    return live
  }

  protected override async _clear(): Promise<void> {
    const count = Math.max(this.#scanCount, KEYS)
    for await (const sids of this.#pages(count)) await this.#unlink(sids.map(sid => this.#prefix + sid))
    if (!this.#keepsOwners) return
    for await (const keys of scan(this.#driver, this.#owners.prefix, count, 'zset')) await this.#unlink(keys)
  }

  async #unlink(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return
    const unlink = (keys: readonly string[]) => this.#driver.command(keys[0]!, ['unlink', ...keys])
    const unlinked = await this.#together.run(() => unlink(keys))
    if (unlinked === undefined) await Promise.all(keys.map(key => unlink([key])))
  }

  protected override async _count(): Promise<number> {
    let count = 0
    for await (const sids of this.#pages(Math.max(this.#scanCount, KEYS))) count += sids.length
    return count
  }

  async #replace(key: string, data: string, ttl: string, expected: string): Promise<UpdateResult> {
    const result = await this.#writes.run(this.#driver, 'replace', [key], data, ttl, expected)
    if (result !== undefined) return String(result) as UpdateResult
    warnOfPlainCommands()
    return transact<UpdateResult>(this.#driver, key, text => {
      if (text === null) return { answer: 'missing' }
      if (text !== expected) return { answer: 'changed' }
      return { answer: 'updated', commands: [['set', key, data, 'px', ttl]] }
    })
  }

  /** Write a session after it was added to the set of its owner: so no session is missing there. */
  async #owning<T>(owner: string | undefined, sid: string, write: () => Promise<T>): Promise<T> {
    if (owner === undefined) return write()
    const oldest = await this.#owners.add(owner, sid)
    const [result] = await Promise.all([write(), this.#owners.trim(owner, oldest)])
    return result
  }

  /** Remove the key and return its value, or `null` when there was none. */
  async #take(key: string): Promise<unknown> {
    if (this.#getdel) {
      try {
        return await this.#driver.command(key, ['getdel', key])
      } catch (error) {
        if (!isRefused(error)) throw error
        this.#getdel = false
      }
    }
    return transact(this.#driver, key, text =>
      text === null ? { answer: null } : { answer: text, commands: [['del', key]] },
    )
  }

  /** Returns the data of the old session, or `null` when there was none. */
  async #exchange(keys: [string, string], data: string, ttl: string, required: boolean): Promise<unknown> {
    const flag = required ? 'required' : ''
    const result = await this.#writes.run(this.#driver, 'exchange', keys, data, ttl, flag)
    if (result !== undefined) return result
    warnOfPlainCommands()
    const [old, key] = keys
    const set = ['set', key, data, 'px', ttl]
    return transact(this.#driver, old, text => {
      if (text === null) return { answer: null, ...(!required && { commands: [set] }) }
      return { answer: text, commands: [set, ['del', old]] }
    })
  }

  /** The ids of this store, page by page. */
  async *#pages(count: number): AsyncGenerator<string[], void, void> {
    for await (const keys of scan(this.#driver, this.#prefix, count)) {
      yield keys.map(key => key.slice(this.#prefix.length))
    }
  }
}

function removed(text: unknown): string | false {
  return text === null ? false : String(text)
}

function checkTimeout(timeout: unknown): void {
  if (!(Number.isInteger(timeout) && (timeout as number) >= 0 && (timeout as number) < 2 ** 31)) {
    throw new TypeError('The option "timeout" must be a whole number of milliseconds')
  }
}
