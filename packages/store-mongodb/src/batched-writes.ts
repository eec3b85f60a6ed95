import { randomUUID } from 'node:crypto'
import type { MongodbCollection } from './client.ts'
import { isAway, told, toldToCaller } from './failures.ts'

/** A batch of this size does not wait for the end of the tick. */
const MOST = 16

/** Writes with more characters go alone: what they take is not the command. A batch of others is far below the limit of 48 MB. */
const LARGE = 50_000

/** No document can have this `_id`, so the server refuses to insert where a statement has it. */
const NEVER = { _id: [] }

/** MongoDB's codes for that: it would change the `_id` of the filter, and no `_id` is an array. */
const REFUSALS = new Set([53, 66])

/** Node's own, in case that a test replaces it by a fake timer. */
const { setImmediate } = globalThis

/** A write to one document. */
export interface Write {
  readonly filter: object
  readonly update: object
  /** Insert a document if none matches. */
  readonly upsert?: boolean
  /** How many characters of session text it has, about. */
  readonly size: number
}

interface Waiting {
  readonly write: Write
  readonly resolve: (applied: boolean) => void
  readonly reject: (error: unknown) => void
}

interface BulkFailure {
  readonly result?: {
    readonly matchedCount: number
    readonly upsertedCount: number
    getWriteErrors(): { readonly index: number }[]
    getWriteConcernError(): unknown
  }
}

/**
 * Sends the writes of one tick in one `update` command, because a command costs more than a statement of it.
 *
 * The answer has the number of documents that matched, and not which. So a statement that must not insert is an upsert that cannot insert:
 * where no document matches, the server refuses that statement and names its index. Nothing is inserted, not even for a moment. A statement
 * that was refused, for whichever reason, was not applied. It is sent again by itself, and its caller gets the answer to that.
 */
export class BatchedWrites {
  readonly #collection: MongodbCollection
  #waiting: Waiting[] = []
  /** Whether the server refuses as described. `undefined` before the first batch. */
  #refuses: boolean | undefined

  /** Takes the driver's collection. */
  constructor(collection: MongodbCollection) {
    this.#collection = collection
    if (!collection.bulkWrite) this.#refuses = false
  }

  /** Whether a document matched or was inserted. */
  run(write: Write): Promise<boolean> {
    if (write.size > LARGE) return this.#alone(write)
    if (this.#waiting.length === 0) setImmediate(() => this.#send())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject })
      if (this.#waiting.length === MOST) this.#send()
    })
  }

  #send(): void {
    const batch = this.#waiting
    this.#waiting = []
    if (batch.length > 1 && this.#refuses) void this.#together(batch)
    else for (const one of batch) this.#again(one)
    if (batch.length > 1 && this.#refuses === undefined) void this.#ask()
  }

  async #together(batch: readonly Waiting[]): Promise<void> {
    let refused: ReadonlySet<number>
    try {
      refused = await this.#refused(batch)
    } catch (error) {
      const reason = toldToCaller(error)
      for (const { reject } of batch) reject(reason)
      return
    }
    for (const [i, one] of batch.entries()) {
      if (refused.has(i)) this.#again(one)
      else one.resolve(true)
    }
  }

  /** The indexes of the writes that were not applied. Rejects if the answer does not tell. */
  async #refused(batch: readonly Waiting[]): Promise<ReadonlySet<number>> {
    const statements = batch.map(({ write }) => statementOf(write))
    try {
      const done = await this.#collection.bulkWrite!(statements, { ordered: false })
      const applied = done.matchedCount + done.upsertedCount
      if (applied === batch.length) return new Set()
      throw new Error('The answer of MongoDB does not tell which writes were applied')
    } catch (error) {
      const { result } = error as BulkFailure
      const refused = result?.getWriteErrors() ?? []
      if (!result || refused.length === 0 || result.getWriteConcernError()) throw error
      if (result.matchedCount + result.upsertedCount + refused.length !== batch.length) throw error
      return new Set(refused.map(({ index }) => index))
    }
  }

  #again({ write, resolve, reject }: Waiting): void {
    this.#alone(write).then(resolve, reject)
  }

  async #alone({ filter, update, upsert = false }: Write): Promise<boolean> {
    const { matchedCount } = await told(this.#collection.updateOne(filter, update, { upsert }))
    return upsert || matchedCount > 0
  }

  /**
   * Other servers speak MongoDB's protocol too, and with the write concern 0 no server tells what it refuses. Then there are no batches.
   * If this inserts a document, it has expired.
   */
  async #ask(): Promise<void> {
    this.#refuses = false
    const _id = randomUUID()
    const update = { $set: { expires: new Date(0) }, $setOnInsert: NEVER }
    try {
      await this.#collection.updateOne({ _id }, update, { upsert: true })
      await this.#collection.deleteMany({ _id })
    } catch (error) {
      if (REFUSALS.has((error as { code: number }).code)) this.#refuses = true
      else if (isAway(error)) this.#refuses = undefined
    }
  }
}

function statementOf({ filter, update, upsert }: Write): object {
  const guarded = upsert ? update : { ...update, $setOnInsert: NEVER }
  return { updateOne: { filter, update: guarded, upsert: true } }
}
