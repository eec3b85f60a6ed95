import { setImmediate } from '../calls/timers.ts'
import type { ReadResult, Renewal, StoredRecord } from './record.ts'

/** Reads sessions: one, or several at once. */
export interface Reader {
  one(sid: string, renewal?: Renewal): Promise<StoredRecord | undefined>
  several(sids: readonly string[], renewal?: Renewal): Promise<readonly ReadResult[]>
}

interface Read {
  readonly sid: string
  readonly resolve: (result: ReadResult) => void
  readonly reject: (error: unknown) => void
}

/** Reads with the same renewal. */
interface Group {
  readonly renewal: Renewal | undefined
  readonly reads: Read[]
}

/** A batch of this size does not wait for the end of the tick. */
const MOST = 16

/**
 * Batches the reads of one tick, such as those of requests that arrive together. With most databases a round trip costs more than the
 * reads themselves.
 */
export class BatchedReads {
  readonly #reader: Reader
  /** Reads with the same renewal, by that renewal. */
  #groups = new Map<string, Group>()

  constructor(reader: Reader) {
    this.#reader = reader
  }

  read(sid: string, renewal: Renewal | undefined): Promise<StoredRecord | undefined> {
    if (this.#groups.size === 0) setImmediate(() => this.#sendAll())
    const group = this.#groupOf(renewal)
    return new Promise((resolve, reject) => {
      group.reads.push({ sid, resolve, reject })
      if (group.reads.length === MOST) void this.#send(group)
    })
  }

  #groupOf(renewal: Renewal | undefined): Group {
    const key = renewal ? `${renewal.ttl} ${renewal.prefix}` : ''
    let group = this.#groups.get(key)
    if (!group) {
      group = { renewal, reads: [] }
      this.#groups.set(key, group)
    }
    return group
  }

  #sendAll(): void {
    const groups = this.#groups
    this.#groups = new Map()
    for (const group of groups.values()) {
      if (group.reads.length > 0) void this.#send(group)
    }
  }

  async #send(group: Group): Promise<void> {
    const { renewal } = group
    const reads = group.reads.splice(0)
    try {
      const results = await this.#results(
        reads.map(({ sid }) => sid),
        renewal,
      )
      for (const [i, { resolve }] of reads.entries()) resolve(results[i])
    } catch (error) {
      for (const { reject } of reads) reject(error)
    }
  }

  async #results(sids: readonly string[], renewal: Renewal | undefined): Promise<readonly ReadResult[]> {
    if (sids.length > 1) return this.#reader.several(sids, renewal)
    return [await this.#reader.one(sids[0]!, renewal)]
  }
}
