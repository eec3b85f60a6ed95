import { type Backend, defineSubject, type Subject } from '@coatcheck/store-conformance'
import { type PostgresClient, PostgresStore } from '@coatcheck/store-postgres'
import pg from 'pg'

/** What a store is given, and how it is given up. */
export interface Connected {
  readonly client: PostgresClient
  end(): Promise<unknown>
}

/** How the stores of a subject differ from those of the others. */
export interface Kind {
  readonly name: string
  readonly url: string
  /** Something else than connections of pg. */
  readonly connect?: (url: string) => Promise<Connected> | Connected
  /** A single connection in place of a pool. */
  readonly single?: boolean
  readonly prepare?: boolean
  /** Whose table it is. */
  readonly layout?: keyof typeof layouts
}

const layouts = {
  own: { data: 'data', expires: 'expires', ddl: undefined },
  'connect-pg-simple': {
    data: 'sess',
    expires: 'expire',
    ddl: (table: string) => [
      `CREATE TABLE IF NOT EXISTS ${table} (
        sid varchar NOT NULL COLLATE "default" PRIMARY KEY,
        sess json NOT NULL,
        expire timestamp(6) NOT NULL
      )`,
      `CREATE INDEX IF NOT EXISTS ${table.replace(/"$/, '_expire"')} ON ${table} (expire)`,
    ],
  },
}

/** What the suite is not told by the store itself. */
interface Place {
  readonly connected: Connected
  readonly table: string
}

/** How many connections a pool has. */
const CONNECTIONS = 2

/** A client with its connections made: that takes longer than some lifetimes are. */
async function connectPg(url: string, single: boolean): Promise<Connected> {
  if (single) {
    const client = new pg.Client(url)
    await client.connect()
    return { client, end: () => client.end() }
  }
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, idleTimeoutMillis: 0 })
  await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.query('SELECT')))
  return { client: pool, end: () => pool.end() }
}

/** Each store has connections to itself, as in so many processes; when it is closed, the next one gets them. */
export function postgresSubject({
  name,
  url,
  single = false,
  prepare = true,
  layout = 'own',
  connect = url => connectPg(url, single),
}: Kind): Subject {
  const { data, expires, ddl } = layouts[layout]
  const cast = layout === 'own' ? '' : '::json'
  const places = new WeakMap<PostgresStore, Place>()
  const made = new Map<string, Promise<unknown>>()
  const free: Connected[] = []
  let admin: Connected

  /** Where the store keeps its sessions: a client that is not disturbed, and the table, which is made at first use. */
  async function placeOf(store: PostgresStore) {
    await store.length()
    const { connected, table } = places.get(store)!
    return {
      table,
      query: (text: string, values: unknown[] = []) => connected.client.query({ text, values }),
    }
  }

  /** Where there can be another connection. */
  function locks(): Backend {
    let locking: pg.Client | undefined
    return {
      async lock(store: PostgresStore, sid) {
        const { table } = await placeOf(store)
        locking = new pg.Client(url)
        await locking.connect()
        await locking.query('BEGIN')
        await locking.query(`SELECT FROM ${table} WHERE sid = $1 FOR UPDATE`, [sid])
      },
      async up() {
        await locking?.end()
        locking = undefined
      },
    }
  }

  return defineSubject({
    name,
    granularityMs: 1,
    shared: true,
    async setup() {
      admin = await connect(url)
    },
    async teardown() {
      const tables = [...made.keys()].map(table => `DROP TABLE IF EXISTS ${table}`)
      for (const text of tables) await admin.client.query({ text })
      await Promise.all([admin, ...free].map(connected => connected.end()))
    },
    async create({ namespace, ttlMs, chaos, fresh }) {
      const table = `"${namespace}"`
      const make = async () => {
        for (const text of ddl?.(table) ?? []) await admin.client.query({ text })
      }
      if (!made.has(table)) made.set(table, make())
      await made.get(table)
      const connected = free.pop() ?? (await connect(url))
      const watched = chaos(connected.client, ['query'])
      const store = new PostgresStore({ client: watched, table: namespace, ttl: ttlMs, prepare })
      places.set(store, { connected, table })
      // To make the table takes longer than some lifetimes are.
      if (!fresh) await store.length()
      return store
    },
    async dispose(store: PostgresStore) {
      await store.close()
      free.push(places.get(store)!.connected)
    },
    backend: {
      async putRaw(store: PostgresStore, sid, text) {
        const { query, table } = await placeOf(store)
        const insert = `
          INSERT INTO ${table} (sid, ${data}, ${expires}) VALUES ($1, $2::text${cast}, now() + interval '1 minute')
          ON CONFLICT (sid) DO UPDATE SET ${data} = excluded.${data}`
        await query(insert, [sid, text])
      },
      async rows(store: PostgresStore) {
        const { query, table } = await placeOf(store)
        return Number((await query(`SELECT count(*) FROM ${table}`)).rows[0].count)
      },
      ...(url ? locks() : {}),
      sweep: (store: PostgresStore) => store.prune(),
      async age(store: PostgresStore, sid, ms) {
        const { query, table } = await placeOf(store)
        const back = `UPDATE ${table} SET ${expires} = ${expires} - $2::float8 * interval '1 millisecond' WHERE sid = $1`
        await query(back, [sid, ms])
      },
    },
  })
}
