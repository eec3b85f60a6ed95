import type { RecordStoreOptions } from '@coatcheck/session'
import { MapStore } from '../support/map-backend.ts'

type Rows = MapStore['rows']

/** Lets calls of several processes happen one at a time, in an order that a seed decides. */
export class Turns {
  readonly #waiting: { process: string; go(): void; kill(): void }[] = []
  readonly #killed = new Set<string>()
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** Wait for a turn. In a process that was killed nothing comes back any more. */
  turn(process: string): Promise<void> {
    if (this.#killed.has(process)) return new Promise(() => {})
    return new Promise((resolve, reject) => {
      this.#waiting.push({ process, go: resolve, kill: () => reject(new Error('killed')) })
    })
  }

  /** Give turns until every process has ended or was killed. One in `deaths` of the turns of `mortal` kills it. */
  async run(works: Promise<unknown>[], { mortal = '', deaths = 4 } = {}): Promise<void> {
    let ended = 0
    for (const work of works) work.then(() => ended++)
    for (;;) {
      // All that can go on without a turn has done so.
      for (let i = 0; i < 3; i++) await new Promise(setImmediate)
      if (this.#waiting.length === 0) return
      const [next] = this.#waiting.splice(this.#random(this.#waiting.length), 1)
      if (next!.process === mortal && this.#random(deaths) === 0) this.#killed.add(mortal)
      if (!this.#killed.has(next!.process)) next!.go()
    }
  }

  #random(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0
    return Math.floor((this.#state / 2 ** 32) * limit)
  }
}

/** Inserts in one step, and tells what it has removed. */
export class InsertingStore extends MapStore {
  protected override async _destroy(sid: string): Promise<string | boolean> {
    const row = this.rows.get(sid)
    return (await super._destroy(sid)) && row !== undefined && row.data
  }

  protected override async _insert(sid: string, data: string, ttl: number): Promise<boolean> {
    if ((this.rows.get(sid)?.expires ?? 0) > Date.now()) return false
    this.rows.set(sid, { data, expires: Date.now() + ttl })
    return true
  }
}

interface ConnectOptions extends RecordStoreOptions {
  inserts?: boolean
}

/** The connection of a process to a database: it waits for its turn before each call. */
export function connect(
  rows: Rows,
  process: string,
  turns: Turns,
  { inserts = true, ...options }: ConnectOptions = {},
): MapStore {
  const store = new (inserts ? InsertingStore : MapStore)({ pruneInterval: false, ...options })
  Object.assign(store, { rows })
  const hooks = store as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  for (const hook of ['read', 'insert', 'write', 'update', 'touch', 'destroy']) {
    const inner = hooks[`_${hook}`]
    if (!inner) continue
    hooks[`_${hook}`] = async (...args) => {
      await turns.turn(process)
      return inner.apply(store, args)
    }
  }
  return store
}

/** The same as a store that inserts with every `set`, as those for express-session do. */
export function upserting(store: MapStore) {
  const plain = (session: unknown) => session && JSON.parse(JSON.stringify(session))
  return {
    get: async (sid: string) => plain(await store.get(sid)),
    set: (sid: string, session: object) => store.set(sid, Object.assign(plain(session))),
    destroy: (sid: string) => store.destroy(sid),
    touch: (sid: string, session: never) => store.touch(sid, session),
  }
}
