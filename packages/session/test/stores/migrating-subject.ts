import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MigratingStore, migratingStore } from '@coatcheck/session/stores'
import { defineSubject, type Subject } from '@coatcheck/store-conformance'
import { SqliteStore } from '@coatcheck/store-sqlite'
import Database from 'better-sqlite3'
import { quoted } from '../../../store-sqlite/test/support/subject.ts'
import { TablesInUse } from '../../../store-sqlite/test/support/tables-in-use.ts'

interface Place {
  readonly client: Database.Database
  readonly namespace: string
  /** The two tables of the namespace, quoted. */
  readonly from: string
  readonly to: string
}

let file = ''
const tables = new TablesInUse()
const places = new WeakMap<object, Place>()

/** The tables are made at first use. */
async function placeOf(store: MigratingStore): Promise<Place> {
  await store.length()
  return places.get(store)!
}

/** A move between two tables, each store with a connection of its own as in so many processes. */
const subject: Subject = defineSubject({
  name: 'MigratingStore',
  granularityMs: 1,
  shared: true,
  setup() {
    file = join(mkdtempSync(join(tmpdir(), 'coatcheck-migrating-')), 'sessions.db')
    const client = new Database(file)
    client.pragma('journal_mode = WAL')
    client.close()
  },
  teardown() {
    rmSync(join(file, '..'), { recursive: true, force: true })
  },
  create({ namespace, ttlMs, chaos }) {
    const client = new Database(file)
    const watched = chaos(client)
    watched.prepare('SELECT 1').get()
    watched.prepare('SELECT 1').all()
    watched.exec('SELECT 1')
    const [from, to] = [`${namespace} before`, `${namespace} after`]
    const store = migratingStore({
      from: new SqliteStore({ client: watched, table: from, ttl: ttlMs }),
      to: new SqliteStore({ client: watched, table: to, ttl: ttlMs }),
    })
    // By this the suite knows a store that updates under conditions, as a RecordStore does.
    Object.assign(store, { _update() {} })
    tables.open(namespace)
    places.set(store, { client, namespace, from: quoted(from), to: quoted(to) })
    return store
  },
  async dispose(store: MigratingStore) {
    await store.close()
    const { client, namespace, from, to } = places.get(store)!
    tables.close(namespace, client, [from, to])
    client.close()
  },
  backend: {
    async putRaw(store: MigratingStore, sid, text) {
      const { client, to } = await placeOf(store)
      const insert = `INSERT INTO ${to} (sid, data, expires) VALUES (?, ?, ?)
        ON CONFLICT (sid) DO UPDATE SET data = excluded.data`
      client.prepare(insert).run(sid, text, Date.now() + 60_000)
    },
    async rows(store: MigratingStore) {
      const { client, from, to } = await placeOf(store)
      const count = `SELECT count(*) FROM (SELECT sid FROM ${from} UNION SELECT sid FROM ${to})
        WHERE sid NOT LIKE 'coatcheck.gone.%'`
      return client.prepare(count).pluck().get() as number
    },
    sweep: (store: MigratingStore) => store.prune(),
    async age(store: MigratingStore, sid, ms) {
      const { client, from, to } = await placeOf(store)
      for (const table of [from, to]) {
        client.prepare(`UPDATE ${table} SET expires = expires - ? WHERE sid = ?`).run(ms, sid)
      }
    },
  },
})

export default subject
