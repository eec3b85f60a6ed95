import { defineSubject, type Subject } from '@coatcheck/store-conformance'
import { type PostgresClient, PostgresStore } from '@coatcheck/store-postgres'
import pg from 'pg'

/** How the stores of a subject differ from those of the others. */
export interface Kind {
  readonly name: string
  readonly url: string
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
    ddl: (table: string) => `
      CREATE TABLE IF NOT EXISTS ${table} (
        sid varchar NOT NULL COLLATE "default" PRIMARY KEY,
        sess json NOT NULL,
        expire timestamp(6) NOT NULL
      );
      CREATE INDEX IF NOT EXISTS ${table.replace(/"$/, '_expire"')} ON ${table} (expire)`,
  },
}

/** What the suite is not told by the store itself. */
interface Place {
  readonly client: pg.Pool | pg.Client
  readonly table: string
}

/** How many connections a pool has. */
const CONNECTIONS = 3

/** A client with its connections made: that takes longer than some lifetimes are. */
async function connect(url: string, single: boolean): Promise<pg.Pool | pg.Client> {
  if (single) {
    const client = new pg.Client(url)
    await client.connect()
    return client
  }
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, idleTimeoutMillis: 0 })
  await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.query('SELECT')))
  return pool
}

/** Each store has connections to itself, as in so many processes; when it is closed, the next one gets them. */
export function postgresSubject({
  name,
  url,
  single = false,
  prepare = true,
  layout = 'own',
}: Kind): Subject {
  const { data, expires, ddl } = layouts[layout]
  const places = new WeakMap<PostgresStore, Place>()
  const made = new Map<string, Promise<unknown>>()
  const free: (pg.Pool | pg.Client)[] = []
  let admin: pg.Pool

  /** Where the store keeps its sessions: a client that is not disturbed, and the table, which is made at first use. */
  async function placeOf(store: PostgresStore): Promise<Place> {
    await store.length()
    return places.get(store)!
  }

  return defineSubject({
    name,
    granularityMs: 1,
    shared: true,
    setup() {
      admin = new pg.Pool({ connectionString: url, max: 2 })
    },
    async teardown() {
      const tables = [...made.keys()].map(table => `DROP TABLE IF EXISTS ${table}`)
      for (const drop of tables) await admin.query(drop)
      await Promise.all([admin, ...free].map(client => client.end()))
    },
    async create({ namespace, ttlMs, chaos, fresh }) {
      const table = `"${namespace}"`
      if (!made.has(table)) made.set(table, ddl ? admin.query(ddl(table)) : Promise.resolve())
      await made.get(table)
      const client = free.pop() ?? (await connect(url, single))
      const watched = chaos(client as PostgresClient, ['query'])
      const store = new PostgresStore({ client: watched, table: namespace, ttl: ttlMs, prepare })
      places.set(store, { client, table })
      // To make the table takes longer than some lifetimes are.
      if (!fresh) await store.length()
      return store
    },
    async dispose(store: PostgresStore) {
      await store.close()
      free.push(places.get(store)!.client)
    },
    backend: {
      async putRaw(store: PostgresStore, sid, text) {
        const { client, table } = await placeOf(store)
        const insert = `
          INSERT INTO ${table} (sid, ${data}, ${expires}) VALUES ($1, $2, now() + interval '1 minute')
          ON CONFLICT (sid) DO UPDATE SET ${data} = excluded.${data}`
        await client.query(insert, [sid, text])
      },
      async rows(store: PostgresStore) {
        const { client, table } = await placeOf(store)
        return Number((await client.query(`SELECT count(*) FROM ${table}`)).rows[0].count)
      },
      sweep: (store: PostgresStore) => store.prune(),
      async age(store: PostgresStore, sid, ms) {
        const { client, table } = await placeOf(store)
        const back = `UPDATE ${table} SET ${expires} = ${expires} - $2 * interval '1 millisecond' WHERE sid = $1`
        await client.query(back, [sid, ms])
      },
    },
  })
}
