import {
  type Diagnosing,
  type Finding,
  RecordStore,
  type Renewal,
  SessionError,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'
import type { MongodbClient, MongodbCollection, MongodbDatabase } from './client.ts'
import { diagnose, versionIn } from './diagnose.ts'
import {
  checkFlags,
  checkNames,
  type MongodbOpenOptions,
  type MongodbStoreOptions,
} from './mongodb-store-options.ts'
import { type OwnClient, openClient } from './open-client.ts'
import { ServerClock } from './server-clock.ts'
import { beginning, toDocument, toText } from './sub-document.ts'
import { makeTtlIndex } from './ttl-index.ts'

/** How many documents `entries` reads at a time. */
const PAGE = 500

/** What lasts longer ends here. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** MongoDB's code for a value that it does not take. */
const BAD_VALUE = 2

/** MongoDB's code for a document whose `_id` is taken. */
const DUPLICATE_KEY = 11000

const RECORD = { session: 1, expires: 1 }

/** Sessions in MongoDB, through `mongodb`, in documents as connect-mongo has them. */
export class MongodbStore extends RecordStore implements Diagnosing {
  readonly #client: MongodbClient
  readonly #db: MongodbDatabase
  readonly #collection: MongodbCollection
  readonly #name: string
  readonly #clock: ServerClock
  readonly #stringify: boolean
  readonly #transformId: (sid: string) => string
  readonly #timestamps: boolean
  readonly #ttlIndex: boolean
  #own: OwnClient | undefined

  constructor({
    client,
    dbName,
    collection = 'sessions',
    stringify = true,
    transformId = sid => sid,
    timestamps = false,
    ttlIndex = true,
    ...options
  }: MongodbStoreOptions) {
    super(options)
    if (typeof client?.db !== 'function' || typeof client.connect !== 'function')
      throw new TypeError('The option "client" must be a MongoClient')
    checkNames(dbName, collection)
    checkFlags({ stringify, timestamps, ttlIndex })
    if (typeof transformId !== 'function') throw new TypeError('The option "transformId" must be a function')
    this.#client = client
    const db = client.db(dbName)
    this.#db = db
    // Elsewhere a session could be read after its logout, or before its login.
    this.#collection = db.collection(collection, { readPreference: 'primary' })
    this.#name = collection
    this.#clock = new ServerClock(db)
    this.#stringify = stringify
    this.#transformId = transformId
    this.#timestamps = timestamps
    this.#ttlIndex = ttlIndex
  }

  /**
   * A store with a client of its own, which `close()` closes. It connects on first use, and again whenever a connection was lost.
   * The URL is what `MongoClient` takes, `mongodb://` or `mongodb+srv://`. Fails when mongodb is not installed.
   */
  static open(url: string, { timeout = 5000, ...options }: MongodbOpenOptions = {}): MongodbStore {
    if (!(Number.isInteger(timeout) && timeout >= 0 && timeout < 2 ** 31)) {
      throw new TypeError('The option "timeout" must be a whole number of milliseconds')
    }
    const client = openClient(url, timeout)
    const store = new MongodbStore({ ...options, client })
    store.#own = client
    return store
  }

  /** What is to be known about the server and the collection: for `coatcheck doctor`. */
  async diagnose(): Promise<Finding[]> {
    await this.#client.connect()
    const driver = this.#own ? `mongodb ${versionIn('mongodb/package.json')}` : 'a client of the app'
    return diagnose(this.#db, this.#name, { driver, ttlIndex: this.#ttlIndex })
  }

  protected override async _open(): Promise<void> {
    // A client that connects by itself at its first command, and fails to, never tries again.
    await this.#client.connect()
    await Promise.all([
      this.#clock.synchronize(),
      this.#ttlIndex && makeTtlIndex(this.#collection, this.#name),
    ])
  }

  protected override async _close(): Promise<void> {
    await this.#own?.close()
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const _id = this.#id(sid)
    const renewed = renewal && (await this.#renew(_id, renewal))
    if (renewed) return renewed
    const found: Stored | null = await this.#collection.findOne({ _id }, { projection: RECORD })
    return found ? this.#record(found, this.#clock.now()) : undefined
  }

  protected override async _write(sid: string, data: string, ttl: number): Promise<void> {
    const now = this.#clock.now()
    const inserted = this.#timestamps && { $setOnInsert: { createdAt: dateOf(now) } }
    await this.#store(data, session => {
      const update = { ...this.#set(now, { session, expires: dateOf(now + ttl) }), ...inserted }
      return this.#collection.updateOne({ _id: this.#id(sid) }, update, { upsert: true })
    })
  }

  protected override async _insert(sid: string, data: string, ttl: number): Promise<boolean> {
    const now = this.#clock.now()
    const free = { _id: this.#id(sid), expires: { $lte: dateOf(now) } }
    const created = this.#timestamps && { createdAt: dateOf(now) }
    return this.#store(data, async session => {
      const update = this.#set(now, { session, expires: dateOf(now + ttl), ...created })
      try {
        await this.#collection.updateOne(free, update, { upsert: true })
        return true
      } catch (error) {
        if ((error as { code?: unknown }).code !== DUPLICATE_KEY) throw error
        return false
      }
    })
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
  ): Promise<UpdateResult> {
    const now = this.#clock.now()
    const live = { _id: this.#id(sid), ...liveAt(now) }
    return this.#store(data, async session => {
      const update = this.#set(now, { session, expires: dateOf(now + ttl) })
      if (expected !== undefined) return this.#replace(live, update, expected)
      const { matchedCount } = await this.#collection.updateOne(live, update)
      return matchedCount > 0 ? 'updated' : 'missing'
    })
  }

  protected override async _touch(sid: string, ttl: number): Promise<boolean> {
    const now = this.#clock.now()
    const live = { _id: this.#id(sid), ...liveAt(now) }
    const update = this.#set(now, { expires: dateOf(now + ttl) })
    return (await this.#collection.updateOne(live, update)).matchedCount > 0
  }

  protected override async _destroy(sid: string): Promise<boolean> {
    const found: Stored | null = await this.#collection.findOneAndDelete({ _id: this.#id(sid) })
    return found !== null && this.#left(found, this.#clock.now()) > 0
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    let after: string | undefined
    for (;;) {
      const now = this.#clock.now()
      const filter = { _id: after === undefined ? { $gte: '' } : { $gt: after }, ...liveAt(now) }
      const options = { projection: RECORD, sort: { _id: 1 }, limit: PAGE, batchSize: PAGE + 1 }
      const page: Stored[] = []
      for await (const found of this.#collection.find(filter, options)) page.push(found)
      for (const found of page) {
        const record = this.#record(found, now)
        if (record) yield { sid: found._id, ...record }
      }
      if (page.length < PAGE) return
      after = page[page.length - 1]!._id
    }
  }

  protected override async _clear(): Promise<void> {
    await this.#collection.deleteMany({})
  }

  protected override _count(): Promise<number> {
    return this.#collection.countDocuments(liveAt(this.#clock.now()))
  }

  protected override async _prune(limit: number): Promise<number> {
    const over = { expires: { $lte: dateOf(this.#clock.now()) } }
    const ids: unknown[] = []
    const options = { projection: { _id: 1 }, limit, batchSize: limit + 1 }
    for await (const { _id } of this.#collection.find(over, options)) ids.push(_id)
    if (ids.length === 0) return 0
    return (await this.#collection.deleteMany({ _id: { $in: ids }, ...over })).deletedCount
  }

  async #renew(_id: string, { prefix, ttl }: Renewal): Promise<StoredRecord | undefined> {
    const now = this.#clock.now()
    const found: Stored | null = await this.#collection.findOneAndUpdate(
      { _id, ...liveAt(now), ...beginning(prefix) },
      this.#set(now, { expires: dateOf(now + ttl) }),
      // The whole document: FerretDB knows no projection here.
      { returnDocument: 'before' },
    )
    const record = found && this.#record(found, now)
    return record ? { ...record, renewed: true } : undefined
  }

  /** One round trip, where the session is there and has the form that this store gives it. */
  async #replace(live: object, update: object, expected: string): Promise<UpdateResult> {
    let stored: unknown = this.#form(expected)
    // What others have stored may be the same text in another form, as a document or with other types: then it is compared as it is.
    for (let attempt = 1; attempt <= 3; attempt++) {
      const { matchedCount } = await this.#collection.updateOne({ ...live, session: { $eq: stored } }, update)
      if (matchedCount > 0) return 'updated'
      const found: Stored | null = await this.#collection.findOne(live, { projection: RECORD })
      if (!found) return 'missing'
      if (toText(found.session) !== expected) return 'changed'
      stored = found.session
    }
    return 'changed'
  }

  /** Anything but a string would be a condition in a filter. */
  #id(sid: string): string {
    const id = this.#transformId(sid)
    if (typeof id !== 'string') throw new TypeError('The id of a session must be a string')
    return id
  }

  async #store<T>(data: string, write: (session: unknown) => Promise<T>): Promise<T> {
    const form = this.#form(data)
    try {
      return await write(form)
    } catch (error) {
      // A document with something in it that this server does not take, as FerretDB 1 does not take arrays in arrays.
      if (form === data || (error as { code?: unknown }).code !== BAD_VALUE) throw error
      return write(data)
    }
  }

  /** The stored form of a text. One that a document cannot hold is stored as text in any case. */
  #form(data: string): unknown {
    if (this.#stringify) return data
    try {
      return toDocument(data) ?? data
    } catch {
      throw new SessionError(
        'ERR_SESSION_SERIALIZE',
        'The session cannot be stored as a document: its codec gives no JSON, for which the option "stringify" must be true',
      )
    }
  }

  #set(now: number, fields: object): object {
    return { $set: this.#timestamps ? { ...fields, updatedAt: dateOf(now) } : fields }
  }

  #record(found: Stored, now: number): StoredRecord | undefined {
    const ttl = this.#left(found, now)
    return ttl > 0 ? { data: toText(found.session), ttl } : undefined
  }

  /** Milliseconds of its life. One that names no end, as other programs may store it, is told to have the default. */
  #left({ expires }: Stored, now: number): number {
    return expires instanceof Date ? expires.valueOf() - now : this.ttl
  }
}

interface Stored {
  _id: string
  session: unknown
  expires?: unknown
}

/** Sessions without an end, too. */
function liveAt(now: number) {
  return { expires: { $not: { $lte: dateOf(now) } } }
}

function dateOf(ms: number): Date {
  return new Date(Math.min(Math.ceil(ms), LAST))
}
