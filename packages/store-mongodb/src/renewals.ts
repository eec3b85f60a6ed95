import type { MongodbCollection } from './client.ts'
import { isRefusal, toldToCaller } from './failures.ts'
import { RECORD, type Stored } from './stored.ts'

/** A touch with a read does not wait for other members, and for a lock at most these milliseconds. */
const AT_ONCE = { writeConcern: { w: 1 }, maxTimeMS: 200 }

/** When the server has refused a touch with a read, there is none for these milliseconds. The touch at the end of the request follows. */
const PAUSE = 1000

/** A touch of the sessions that match the filter. */
export interface Touch {
  readonly filter: object
  /** The update. */
  readonly touch: object
}

/** Touches that come with reads. A read never fails because of its touch. */
export class Renewals {
  readonly #collection: MongodbCollection
  #next = 0

  constructor(collection: MongodbCollection) {
    this.#collection = collection
  }

  /** Touch and read a session. `undefined` if there is none that fits, or if the server has refused. */
  async one({ filter, touch }: Touch): Promise<Stored | undefined> {
    if (this.#paused) return undefined
    const options = { ...AT_ONCE, returnDocument: 'before', projection: RECORD }
    try {
      return (await this.#collection.findOneAndUpdate(filter, touch, options)) ?? undefined
    } catch (error) {
      // The server is locked or read-only, or the user may not write. The session can still be read.
      if (!isRefusal(error)) throw toldToCaller(error)
      this.#pause()
      return undefined
    }
  }

  /** Touch several sessions, beside the command that reads them. Returns how many were touched. */
  async many({ filter, touch }: Touch): Promise<number> {
    if (this.#paused) return 0
    try {
      return (await this.#collection.updateMany(filter, touch, AT_ONCE)).matchedCount
    } catch {
      // If the database is unavailable, the read tells it.
      this.#pause()
      return 0
    }
  }

  get #paused(): boolean {
    return performance.now() < this.#next
  }

  #pause(): void {
    this.#next = performance.now() + PAUSE
  }
}
