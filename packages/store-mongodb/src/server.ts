import type { MongodbDatabase } from './client.ts'

/** Milliseconds after which the server is asked again: clocks drift, and one server takes another's place. */
const MAX_AGE = 60_000

/**
 * What is known of the server: its clock, by which sessions expire, and whether it has transactions. It is asked when the store is
 * opened, and later beside other calls, none of which waits for it.
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
      // The call beside which this is asked has the same failure to tell. The next minute asks again.
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
    // A server whose clock cannot be told from ours has ours.
    const same = sent <= server && server <= answered
    this.#offset = same ? 0 : Math.round(server - (sent + answered) / 2)
    this.transactions = typeof setName === 'string' || msg === 'isdbgrid'
  }
}
