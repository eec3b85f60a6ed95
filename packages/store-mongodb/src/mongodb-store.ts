import {
  type Diagnosing,
  type Finding,
  type ReadResult,
  RecordStore,
  type Renewal,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'
import { BatchedWrites, type Write } from './batched-writes.ts'
import type { MongodbClient, MongodbCollection, MongodbDatabase, MongodbSession } from './client.ts'
import { diagnose, versionIn } from './diagnose.ts'
import { isTaken, telling, told } from './failures.ts'
import {
  checkOpenOptions,
  checkStoreOptions,
  checkValues,
  type MongodbOpenOptions,
  type MongodbStoreOptions,
} from './mongodb-store-options.ts'
import { type OwnClient, openClient } from './open-client.ts'
import { Renewals, type Touch } from './renewals.ts'
import { Replacement } from './replacement.ts'
import { Server } from './server.ts'
import { allOf, dateOf, liveAt, pagesOf, prune, RECORD, type Stored } from './stored.ts'
import { beginning, refuseEncrypted, toStored, toText } from './sub-document.ts'
import { inTransaction } from './transaction.ts'
import { makeOwnerIndex, makeTtlIndex } from './ttl-index.ts'

/** A batch of fewer reads takes as many commands as the reads alone, or more. */
const MANY = 3

/** Sessions in MongoDB, through `mongodb`, in the documents of connect-mongo. */
export class MongodbStore extends RecordStore implements Diagnosing {
  readonly #client: MongodbClient
  readonly #db: MongodbDatabase
  readonly #driven: MongodbCollection
  readonly #collection: MongodbCollection
  readonly #name: string
  readonly #server: Server
  readonly #stringify: boolean
  readonly #transformId: (sid: string) => string
  readonly #timestamps: boolean
  readonly #ttlIndex: boolean
  readonly #json: boolean
  readonly #owners: boolean
  #own: OwnClient | undefined
  readonly #writes: BatchedWrites
  readonly #replacement: Replacement
  readonly #renewals: Renewals

  /** Throws a TypeError that names a wrong option. */
  constructor(options: MongodbStoreOptions) {
    checkStoreOptions(options)
    super(options)
    checkValues(options)
    const { client, dbName, collection = 'sessions', transformId = sid => sid, codec = JSON } = options
    this.#client = client
    this.#db = client.db(dbName)
    // Reads go to the primary: another member may still have a session after its logout, or not yet have one after its login.
    this.#driven = this.#db.collection(collection, { readPreference: 'primary' })
    this.#collection = telling(this.#driven)
    this.#name = collection
    this.#renewals = new Renewals(this.#driven)
    this.#writes = new BatchedWrites(this.#driven)
    this.#replacement = new Replacement(this.#collection, this.#writes, data => this.#form(data))
    this.#server = new Server(this.#db)
    this.#transformId = transformId
    this.#stringify = options.stringify ?? true
    this.#timestamps = options.timestamps ?? false
    this.#ttlIndex = options.ttlIndex ?? true
    this.#json = codec === JSON
    this.#owners = options.owner !== undefined
  }

  /**
   * A store with its own client, which `close()` closes. It connects on first use, and again when a connection was lost.
   * The URL is what `MongoClient` takes, `mongodb://` or `mongodb+srv://`. Fails when mongodb is not installed.
   */
  static open(url: string, options: MongodbOpenOptions = {}): MongodbStore {
    checkOpenOptions(options)
    const { timeout = 5000, ...rest } = options
    const client = openClient(url, timeout)
    const store = new MongodbStore({ ...rest, client })
    store.#own = client
    return store
  }

  /** Findings about the server and the collection, for `coatcheck doctor`. */
  async diagnose(): Promise<Finding[]> {
    await told(this.#client.connect())
    const driver = this.#own ? `mongodb ${versionIn('mongodb/package.json')}` : 'a client of the app'
    return told(diagnose(this.#db, this.#name, { driver, ttlIndex: this.#ttlIndex }))
  }

  protected override async _open(): Promise<void> {
    // Connect explicitly: a client that fails to connect at its first command never tries again.
    await told(this.#client.connect())
    const index = this.#ttlIndex ? makeTtlIndex(this.#driven, this.#name) : undefined
    const owners = this.#owners ? makeOwnerIndex(this.#driven) : undefined
    await told(Promise.all([this.#server.synchronize(), index, owners]))
  }

  protected override async _close(): Promise<void> {
    await this.#own?.close()
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const _id = this.#id(sid)
    const now = this.#server.now()
    const renewed = renewal && (await this.#renewals.one(this.#renewing(_id, renewal, now)))
    const record = renewed && this.#record(renewed, now)
    if (record) return { ...record, renewed: true }
    const found: Stored | null = await this.#collection.findOne({ _id }, { projection: RECORD })
    return found ? this.#readable(found, this.#server.now()) : undefined
  }

  /** One command reads all, and one beside it touches all. If the numbers differ, nobody knows which were touched. */
  protected override async _readMany(
    sids: readonly string[],
    renewal?: Renewal,
  ): Promise<readonly ReadResult[]> {
    if (sids.length < MANY) return sids.map(sid => this._read(sid, renewal))
    const ids = sids.map(sid => this.#id(sid))
    const now = this.#server.now()
    const _id = { $in: ids }
    const reading = this.#collection.find({ _id }, { projection: RECORD, batchSize: ids.length + 1 })
    const [found, touched] = await Promise.all([
      allOf<Stored>(reading),
      renewal && this.#renewals.many(this.#renewing(_id, renewal, now)),
    ])
    const live = new Map(found.filter(it => this.#left(it, now) > 0).map(it => [it._id, it]))
    const renewed = touched === live.size
    return ids.map(async id => {
      const record = live.has(id) ? this.#readable(live.get(id)!, now) : undefined
      return record && { ...record, renewed }
    })
  }

  protected override async _write(sid: string, data: string, ttl: number, owner?: string): Promise<void> {
    await this.#writes.run(this.#put(sid, data, ttl, owner))
  }

  protected override async _insert(sid: string, data: string, ttl: number, owner?: string): Promise<boolean> {
    const now = this.#server.now()
    const free = { _id: this.#id(sid), expires: { $lte: dateOf(now) } }
    const created = this.#timestamps && { createdAt: dateOf(now) }
    const fields = { ...this.#fields(data, now + ttl, owner), ...created }
    const update = this.#set(now, fields)
    try {
      return await this.#writes.run({ filter: free, update, upsert: true, size: data.length })
    } catch (error) {
      if (!isTaken(error)) throw error
      return false
    }
  }

  protected override async _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
    owner?: string,
  ): Promise<string | boolean> {
    const swap = async (session: MongodbSession) => {
      const removed = await this.#remove(old, { session })
      if (removed === false && required) return removed
      const { filter, update } = this.#put(sid, data, ttl, owner)
      await this.#driven.updateOne(filter, update, { session, upsert: true })
      return removed
    }
    const removed = this.#server.transactions ? await told(inTransaction(this.#client, swap)) : undefined
    return removed ?? super._exchange(old, sid, data, ttl, required, owner)
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
    owner?: string,
  ): Promise<UpdateResult> {
    const now = this.#server.now()
    const filter = { _id: this.#id(sid), ...liveAt(now) }
    const write = { filter, update: this.#set(now, this.#fields(data, now + ttl, owner)), size: data.length }
    if (expected !== undefined) return this.#replacement.run(write, expected)
    return (await this.#writes.run(write)) ? 'updated' : 'missing'
  }

  protected override async _touch(sid: string, ttl: number): Promise<boolean> {
    const now = this.#server.now()
    const filter = { _id: this.#id(sid), ...liveAt(now) }
    return this.#writes.run({ filter, update: this.#set(now, { expires: dateOf(now + ttl) }), size: 0 })
  }

  protected override _destroy(sid: string): Promise<string | boolean> {
    return this.#remove(sid)
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    for await (const { page, read } of pagesOf(this.#collection, () => this.#server.now())) {
      for (const found of page) {
        const record = this.#record(found, read)
        if (record) yield { sid: found._id, ...record }
      }
    }
  }

  protected override async _owned(owner: string): Promise<StoredEntry[]> {
    const now = this.#server.now()
    const found = await allOf<Stored>(
      this.#collection.find({ owner, ...liveAt(now) }, { projection: RECORD }),
    )
    return found.flatMap(it => {
      const record = this.#record(it, now)
      return record ? [{ sid: it._id, ...record }] : []
    })
  }

  protected override async _clear(): Promise<void> {
    await this.#collection.deleteMany({})
  }

  protected override _count(): Promise<number> {
    return this.#collection.countDocuments(liveAt(this.#server.now()))
  }

  protected override async _prune(limit: number): Promise<number> {
    return prune(this.#collection, this.#server.now(), limit)
  }

  /** The filter and the update of a touch that comes with a read. */
  #renewing(_id: unknown, { prefix, ttl }: Renewal, now: number): Touch {
    const filter = { _id, ...liveAt(now), ...beginning(prefix) }
    return { filter, touch: this.#set(now, { expires: dateOf(now + ttl) }) }
  }

  /** Insert or replace. */
  #put(sid: string, data: string, ttl: number, owner?: string): Write {
    const now = this.#server.now()
    const inserted = this.#timestamps && { $setOnInsert: { createdAt: dateOf(now) } }
    const update = { ...this.#set(now, this.#fields(data, now + ttl, owner)), ...inserted }
    return { filter: { _id: this.#id(sid) }, update, upsert: true, size: data.length }
  }

  /** The text of the live session that was removed, or `false` when there was none. */
  async #remove(sid: string, options?: { session: MongodbSession }): Promise<string | boolean> {
    const collection = options ? this.#driven : this.#collection
    const found: Stored | null = await collection.findOneAndDelete(
      { _id: this.#id(sid) },
      { ...options, projection: RECORD },
    )
    const live = found !== null && this.#left(found, this.#server.now()) > 0
    return live && (toText(found.session) || true)
  }

  /** The `_id` of a session. A value that is not a string would be a condition in the filter. */
  #id(sid: string): string {
    const id = this.#transformId(sid)
    if (typeof id !== 'string') throw new TypeError('The id of a session must be a string')
    return id
  }

  /** Without a new owner, a document keeps the one that it has. */
  #fields(data: string, end: number, owner: string | undefined): object {
    const fields = { session: this.#form(data), expires: dateOf(end) }
    return owner === undefined ? fields : { ...fields, owner }
  }

  #form(data: string): unknown {
    return this.#stringify ? data : toStored(data)
  }

  #set(now: number, fields: object): object {
    return { $set: this.#timestamps ? { ...fields, updatedAt: dateOf(now) } : fields }
  }

  /** Throws if the session is encrypted. */
  #readable(found: Stored, now: number): StoredRecord | undefined {
    const record = this.#record(found, now)
    if (record && this.#json) refuseEncrypted(record.data)
    return record
  }

  #record(found: Stored, now: number): StoredRecord | undefined {
    const ttl = this.#left(found, now)
    return ttl > 0 ? { data: toText(found.session), ttl } : undefined
  }

  /** The rest of a lifetime in milliseconds. Other programs may store a session without an expiry: it has the default lifetime. */
  #left({ expires }: Stored, now: number): number {
    return expires instanceof Date ? expires.valueOf() - now : this.ttl
  }
}
