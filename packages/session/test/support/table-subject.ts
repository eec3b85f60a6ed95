import type { RecordStore } from '@coatcheck/session'
import { type Backend, type Context, defineSubject, type Subject } from '@coatcheck/store-conformance'

/** What a store is given, and how it is given up. */
export interface Connected<Client> {
  readonly client: Client
  end(): Promise<unknown>
}

/** How the stores of a subject differ from those of the others. */
export interface TableKind<Client> {
  readonly name: string
  readonly url: string
  /** Something else than connections of the driver. */
  readonly connect?: (url: string) => Promise<Connected<Client>> | Connected<Client>
  /** A single connection in place of a pool. */
  readonly single?: boolean
  readonly prepare?: boolean
}

/** How many connections a pool has. */
export const CONNECTIONS = 2

/** The rows of a statement. */
type Query = (sql: string, values?: unknown[]) => Promise<readonly { count?: unknown }[]>

/** What a store is opened with. */
interface TableOptions<Client> {
  readonly client: Client
  readonly table: string
  readonly ttl: number | undefined
  readonly owner: string | undefined
}

/** Stores on tables of a database. */
export interface Tables<Client, S extends RecordStore> {
  readonly name: string
  readonly granularityMs: number
  connect(): Promise<Connected<Client>> | Connected<Client>
  query(client: Client): Query
  /** The table as a statement names it. */
  tableOf(namespace: string): string
  /** Statements that make one that the store would make in another way. */
  made(table: string): readonly string[]
  open(options: TableOptions<Client>, chaos: Context['chaos']): S
  /** Hold a row. What it gives lets go of it. Not where there cannot be another connection. */
  readonly lock?: (table: string, sid: string) => Promise<() => Promise<unknown>>
  put(query: Query, table: string, sid: string, text: string): Promise<unknown>
  age(query: Query, table: string, sid: string, ms: number): Promise<unknown>
}

/** What the suite is not told by the store itself. */
interface Place<Client> {
  readonly connected: Connected<Client>
  readonly table: string
}

/** Each store has connections to itself, as in so many processes; when it is closed, the next one gets them. */
export function tableSubject<Client, S extends RecordStore>(tables: Tables<Client, S>): Subject {
  const { name, granularityMs } = tables
  const places = new WeakMap<S, Place<Client>>()
  const made = new Map<string, Promise<unknown>>()
  const free: Connected<Client>[] = []
  let admin: Connected<Client>

  /** Where the store keeps its sessions: a client that is not disturbed, and the table, which is made at first use. */
  async function placeOf(store: S) {
    await store.length()
    const { connected, table } = places.get(store)!
    return { table, query: tables.query(connected.client) }
  }

  async function make(table: string): Promise<void> {
    for (const sql of tables.made(table)) await tables.query(admin.client)(sql)
  }

  return defineSubject({
    name,
    granularityMs,
    shared: true,
    async setup() {
      admin = await tables.connect()
    },
    async teardown() {
      try {
        const all = [...made.keys()].join(', ')
        if (all) await tables.query(admin.client)(`DROP TABLE IF EXISTS ${all}`)
      } finally {
        await Promise.all([admin, ...free].map(connected => connected.end()))
      }
    },
    async create({ namespace, ttlMs, owner, chaos, fresh }) {
      const table = tables.tableOf(namespace)
      if (!made.has(table)) made.set(table, make(table))
      await made.get(table)
      const connected = free.pop() ?? (await tables.connect())
      const store = tables.open({ client: connected.client, table: namespace, ttl: ttlMs, owner }, chaos)
      places.set(store, { connected, table })
      // To make the table takes longer than some lifetimes are.
      if (!fresh) await store.length()
      return store
    },
    async dispose(store: S) {
      await store.close()
      free.push(places.get(store)!.connected)
    },
    backend: backendOf(tables, placeOf),
  })
}

function backendOf<Client, S extends RecordStore>(
  { lock, put, age }: Tables<Client, S>,
  placeOf: (store: S) => Promise<{ table: string; query: Query }>,
): Backend {
  let unlock: (() => Promise<unknown>) | undefined
  return {
    async putRaw(store: S, sid, text) {
      const { query, table } = await placeOf(store)
      await put(query, table, sid, text)
    },
    async rows(store: S) {
      const { query, table } = await placeOf(store)
      return Number((await query(`SELECT COUNT(*) AS count FROM ${table}`))[0]!.count)
    },
    ...(lock && {
      async lock(store: S, sid) {
        unlock = await lock((await placeOf(store)).table, sid)
      },
      async up() {
        await unlock?.()
        unlock = undefined
      },
    }),
    sweep: (store: S) => store.prune(),
    async age(store: S, sid, ms) {
      const { query, table } = await placeOf(store)
      await age(query, table, sid, ms)
    },
  }
}
