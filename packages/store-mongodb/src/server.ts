import type { MongodbDatabase } from './client.ts'

/** Milliseconds after which `hello` is sent again, because clocks drift, and another server may become the primary. */
const MAX_AGE = 60_000

/**
 * The state of the server: its clock, by which sessions expire, and whether it has transactions. `hello` is sent when the store is
 * opened, and later in the background, so that no call waits for it.
 */
export class Server {
  /** Whether it has transactions: a member of a replica set, or a sharded cluster. */
  transactions = false
  readonly #db: MongodbDatabase
  #offset = 0
  #asked = Number.NEGATIVE_INFINITY

  constructor(db: MongodbDatabase) {
    this.#db = db
  }

  /** Milliseconds since 1970. */
  now(): number {
    if (performance.now() - this.#asked > MAX_AGE) {
      // The call at the same time reports the same failure. `hello` is sent again in a minute.
      this.synchronize().catch(() => {})
    }
    return Date.now() + this.#offset
  }

  async synchronize(): Promise<void> {
    this.#asked = performance.now()
    const sent = Date.now()
    const { localTime, setName, msg } = await this.#db.command({ hello: 1 })
    const answered = Date.now()
    const server = new Date(localTime).valueOf()
    // A difference that is less than the round trip counts as none.
    const same = sent <= server && server <= answered
    this.#offset = same ? 0 : Math.round(server - (sent + answered) / 2)
    this.transactions = typeof setName === 'string' || msg === 'isdbgrid'
  }
}
