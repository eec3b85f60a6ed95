import type { MongodbDatabase } from './client.ts'

/** Milliseconds after which the server is asked again: clocks drift, and one server takes another's place. */
const MAX_AGE = 60_000

/**
 * The clock of the server, by which sessions expire. It is asked when the store is opened, and later beside other calls, none of
 * which waits for it.
 */
export class ServerClock {
  readonly #db: MongodbDatabase
  #offset = 0
  #asked = Number.NEGATIVE_INFINITY

  constructor(db: MongodbDatabase) {
    this.#db = db
  }

  /** Milliseconds since 1970. */
  now(): number {
    if (performance.now() - this.#asked > MAX_AGE) {
      // The call that this one stands beside has the same failure to tell; the next minute asks again.
      this.synchronize().catch(() => {})
    }
    return Date.now() + this.#offset
  }

  async synchronize(): Promise<void> {
    this.#asked = performance.now()
    const sent = Date.now()
    const { localTime } = await this.#db.command({ hello: 1 })
    const answered = Date.now()
    const server = new Date(localTime).valueOf()
    // A server whose clock cannot be told from ours has ours.
    const same = sent <= server && server <= answered
    this.#offset = same ? 0 : Math.round(server - (sent + answered) / 2)
  }
}
