import { setTimeout as sleep } from 'node:timers/promises'
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import {
  type Diagnosing,
  type Finding,
  RecordStore,
  type Renewal,
  type StoredEntry,
  type StoredRecord,
  type UpdateResult,
} from '@coatcheck/session'
import type { OwnClient } from './client.ts'
import { diagnose } from './diagnose.ts'
import { isRefusal, isUnknownCommand, met } from './failures.ts'
import { dataOf, type Item, leftOf, sessOf } from './item.ts'
import { openClient, placeOf } from './open-client.ts'
import {
  checkOpenOptions,
  checkStoreOptions,
  checkValues,
  type DynamodbOpenOptions,
  type DynamodbStoreOptions,
  TIMEOUT,
} from './options.ts'
import { type Member, OwnerIndex } from './owner-index.ts'
import { type Change, type Condition, free, type Key, live, move, Requests, save } from './requests.ts'
import { Runner } from './runner.ts'
import { openTable } from './table.ts'
import { fromText, toText } from './text.ts'

/** How often the old session of an exchange is read again because another writer has changed it. */
const ATTEMPTS = 100
/** How many items one command deletes, and how many sessions of an owner are read at the same time. */
const BATCH = 25

/** Sessions in a table of Amazon DynamoDB, through `@aws-sdk/client-dynamodb`, in the items of connect-dynamodb. */
export class DynamodbStore extends RecordStore implements Diagnosing {
  readonly #runner: Runner
  readonly #requests: Requests
  readonly #index: OwnerIndex
  readonly #createTable: boolean
  readonly #consistentRead: boolean
  #own: OwnClient | undefined
  #where = 'a client of the app'

  /** Throws a TypeError that names a wrong option. */
  constructor(options: DynamodbStoreOptions) {
    checkStoreOptions(options)
    super(options)
    checkValues(options)
    const { client, table = 'sessions', prefix = 'sess:', timeout = TIMEOUT } = options
    this.#runner = new Runner(client, timeout)
    this.#requests = new Requests(table, prefix)
    this.#index = new OwnerIndex(this.#runner, this.#requests)
    this.#createTable = options.createTable ?? true
    this.#consistentRead = options.consistentRead ?? true
  }

  /**
   * A store with its own client, which `close()` destroys. It connects on first use. The URL is `dynamodb://region/table`; options override
   * it, and what neither has comes from the environment.
   */
  static open(url: string | DynamodbOpenOptions, options: DynamodbOpenOptions = {}): DynamodbStore {
    const given = typeof url === 'object' && url !== null ? url : options
    checkOpenOptions(given)
    const place = given === url ? {} : placeOf(url)
    const { region = place.region, endpoint = place.endpoint, table = place.table, ...rest } = given
    const client = openClient({ region, endpoint }, rest.timeout)
    const store = new DynamodbStore({ ...rest, table, client })
    store.#own = client
    store.#where = endpoint ?? region ?? 'the region of the environment'
    return store
  }

  /** Findings about the table, for `coatcheck doctor`. */
  diagnose(): Promise<Finding[]> {
    return diagnose(this.#runner, this.#requests.table, this.#where)
  }

  protected override async _open(): Promise<void> {
    this.#requests.key = await openTable(this.#runner, this.#requests.table, this.#createTable)
  }

  protected override async _close(): Promise<void> {
    this.#own?.destroy()
  }

  protected override async _read(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined> {
    const renewed = renewal && (await this.#renew(sid, renewal))
    if (renewed) return { ...renewed, renewed: true }
    return this.#record(await this.#find(sid, this.#consistentRead))
  }

  protected override async _write(sid: string, data: string, ttl: number, owner?: string): Promise<void> {
    await this.#join(owner, sid)
    await this.#update(sid, save(data, ttl, owner))
  }

  protected override async _insert(sid: string, data: string, ttl: number, owner?: string): Promise<boolean> {
    await this.#join(owner, sid)
    const { text, values } = save(data, ttl, owner)
    // An expired session may have had an owner.
    return this.#updates(sid, { text: owner === undefined ? `${text} REMOVE #owner` : text, values }, free())
  }

  protected override async _update(
    sid: string,
    data: string,
    ttl: number,
    expected?: string,
    owner?: string,
  ): Promise<UpdateResult> {
    const change = save(data, ttl, owner)
    const same =
      expected === undefined ? live() : live(' AND #sess = :expected', { ':expected': sessOf(expected) })
    if (owner === undefined) {
      if (await this.#updates(sid, change, same)) return 'updated'
    } else {
      // A session that has this owner is in the index.
      const owned = { ...same, text: `${same.text} AND #owner = :owner` }
      if (await this.#updates(sid, change, owned)) return 'updated'
      await this.#join(owner, sid)
      if (await this.#updates(sid, change, same)) return 'updated'
    }
    return this.#record(await this.#find(sid)) ? 'changed' : 'missing'
  }

  protected override _touch(sid: string, ttl: number): Promise<boolean> {
    return this.#updates(sid, move(ttl), live())
  }

  protected override async _destroy(sid: string): Promise<string | boolean> {
    const command = new DeleteItemCommand({ ...this.#requests.session(sid), ReturnValues: 'ALL_OLD' })
    const removed = this.#record((await this.#runner.run(command)).Attributes)
    return removed !== undefined && (removed.data || true)
  }

  protected override async _exchange(
    old: string,
    sid: string,
    data: string,
    ttl: number,
    required: boolean,
    owner?: string,
  ): Promise<string | boolean> {
    await this.#join(owner, sid)
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const found = this.#record(await this.#find(old))
      if (!found) {
        if (!required) await this.#update(sid, save(data, ttl, owner))
        return false
      }
      try {
        if (await met(this.#swap(old, found.data, sid, save(data, ttl, owner)))) return found.data || true
      } catch (error) {
        // Other servers with the API of DynamoDB may have no transactions.
        if (!isUnknownCommand(error)) throw error
        return super._exchange(old, sid, data, ttl, required, owner)
      }
    }
    throw new Error(`The session was changed ${ATTEMPTS} times during its removal`)
  }

  protected override async *_entries(): AsyncGenerator<StoredEntry, void, void> {
    for await (const { Items = [] } of this.#scan(live())) {
      for (const item of Items) {
        const record = this.#record(item)
        const id: string = item[this.#requests.key].S
        if (record) yield { sid: fromText(id.slice(this.#requests.prefix.length)), ...record }
      }
    }
  }

  protected override async _owned(owner: string): Promise<StoredEntry[]> {
    const members = await this.#index.members(owner)
    const found: { sid: string; item: Item }[] = []
    for (let i = 0; i < members.length; i += BATCH) {
      found.push(...(await this.#itemsOf(owner, members.slice(i, i + BATCH))))
    }
    // One time for all: the rest of the lifetimes is the order of the logins.
    const now = Date.now()
    return found.flatMap(({ sid, item }) => {
      const record = this.#record(item, now)
      return record ? [{ sid, ...record }] : []
    })
  }

  protected override async _clear(): Promise<void> {
    for await (const { Items = [] } of this.#scan(undefined, { ProjectionExpression: '#id' })) {
      for (let i = 0; i < Items.length; i += BATCH) await this.#deleteAll(Items.slice(i, i + BATCH))
    }
  }

  protected override async _count(): Promise<number> {
    let count = 0
    for await (const page of this.#scan(live(), { Select: 'COUNT' })) count += page.Count
    return count
  }

  #update(sid: string, change: Change, condition?: Condition): Promise<unknown> {
    return this.#runner.run(new UpdateItemCommand(this.#requests.update(sid, change, condition)))
  }

  #updates(sid: string, change: Change, condition: Condition): Promise<boolean> {
    return met(this.#update(sid, change, condition))
  }

  /** Touch and read a session. `undefined` if there is none that fits, or if DynamoDB refuses the write: it can still be read. */
  async #renew(sid: string, { prefix, ttl }: Renewal): Promise<StoredRecord | undefined> {
    const fits = live(' AND begins_with(#sess, :prefix)', { ':prefix': { S: prefix } })
    const request = this.#requests.update(sid, move(ttl), fits)
    const now = Date.now()
    try {
      const command = new UpdateItemCommand({ ...request, ReturnValues: 'ALL_OLD' })
      return this.#record((await this.#runner.run(command)).Attributes, now)
    } catch (error) {
      if (!isRefusal(error) && !isRefusal((error as Error).cause)) throw error
      return undefined
    }
  }

  /** Remove one session, if it has this text, and write another. */
  #swap(old: string, data: string, sid: string, change: Change): Promise<unknown> {
    const same = live(' AND #sess = :expected', { ':expected': sessOf(data) })
    const steps = [
      { Delete: this.#requests.remove(old, same) },
      { Update: this.#requests.update(sid, change) },
    ]
    return this.#runner.run(new TransactWriteItemsCommand({ TransactItems: steps }))
  }

  async #find(sid: string, ConsistentRead = true): Promise<Item | undefined> {
    const command = new GetItemCommand({ ...this.#requests.session(sid), ConsistentRead })
    return (await this.#runner.run(command)).Item
  }

  #record(item: Item | undefined, now: number = Date.now()): StoredRecord | undefined {
    const ttl = item ? leftOf(item, now, this.ttl) : 0
    return ttl > 0 ? { data: dataOf(item!), ttl } : undefined
  }

  /** Add a session that will be written next to the index of its owner. */
  async #join(owner: string | undefined, sid: string): Promise<void> {
    if (owner !== undefined) await this.#itemsOf(owner, await this.#index.add(owner, sid))
  }

  /** The items of an owner's sessions. Those that are gone, or have another owner, leave the index. */
  async #itemsOf(owner: string, members: readonly Member[]): Promise<{ sid: string; item: Item }[]> {
    const items = await Promise.all(members.map(({ sid }) => this.#find(sid)))
    const belongs = items.map(item => item?.owner?.S === toText(owner))
    await this.#index.forget(
      owner,
      members.filter((_, i) => !belongs[i]),
    )
    return members.flatMap(({ sid }, i) => (belongs[i] ? [{ sid, item: items[i]! }] : []))
  }

  /** The pages of the items of this store. */
  // biome-ignore lint/suspicious/noExplicitAny: as in Runner
  async *#scan(condition?: Condition, more: object = {}): AsyncGenerator<any, void, void> {
    const { table: TableName } = this.#requests
    const request = {
      TableName,
      ...this.#requests.scan(condition),
      ...more,
      ConsistentRead: this.#consistentRead,
    }
    for (let after: Key | undefined; ; ) {
      const page = await this.#runner.run(new ScanCommand({ ...request, ExclusiveStartKey: after }))
      yield page
      after = page.LastEvaluatedKey
      if (!after) return
    }
  }

  async #deleteAll(keys: readonly Key[]): Promise<void> {
    const { table } = this.#requests
    let requests = keys.map(key => ({ DeleteRequest: { Key: key } }))
    while (requests.length > 0) {
      const command = new BatchWriteItemCommand({ RequestItems: { [table]: requests } })
      const { UnprocessedItems = {} } = await this.#runner.run(command)
      // Those for which there was no capacity.
      requests = Object.values(UnprocessedItems).flat() as typeof requests
      if (requests.length > 0) await sleep(100)
    }
  }
}
