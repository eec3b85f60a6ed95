import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecordStore } from '@coatcheck/session'
import { type Backend, defineSubject, type Subject } from '@coatcheck/store-conformance'
import { type SqliteClient, SqliteStore } from '@coatcheck/store-sqlite'
import { PLAIN, type Sealed } from '../../../session/test/support/sealed-subject.ts'
import { TablesInUse } from './tables-in-use.ts'

/** Rules that need a driver which makes its callers wait: at a gate, for a backend that hangs, or for their turn. */
export const BY_VALUE: readonly string[] = ['CON-13', 'CON-14', 'CON-15', 'ERR-12', 'ERR-14']

/** The folder of a subject, with one file for all of its stores. */
export function newFile(open: (file: string) => SqliteClient): { readonly file: string; remove(): void } {
  const file = join(mkdtempSync(join(tmpdir(), 'coatcheck-sqlite-')), 'sessions.db')
  const client = open(file)
  client.exec('PRAGMA journal_mode = WAL')
  client.close()
  return { file, remove: () => rmSync(join(file, '..'), { recursive: true, force: true }) }
}

/** The store on this driver. Each store has a connection of its own to one file, as in so many processes. */
export function subjectOn(
  driver: string,
  open: (file: string) => SqliteClient,
  { options, keyOf, seal, showIds }: Sealed = PLAIN,
): Subject {
  let place: ReturnType<typeof newFile>
  const tables = new TablesInUse()
  const places = new WeakMap<
    RecordStore,
    { readonly client: SqliteClient; readonly table: string; readonly namespace: string }
  >()
  /** The table, quoted. It is made at first use. */
  async function tableOf(store: RecordStore): Promise<string> {
    await store.length()
    return places.get(store)!.table
  }

  return defineSubject({
    name: `SqliteStore on ${driver}`,
    granularityMs: 1,
    shared: true,
    setup() {
      place = newFile(open)
    },
    teardown: () => place.remove(),
    create({ namespace, ttlMs, owner, chaos }) {
      const client = open(place.file)
      // As the README advises. Otherwise each commit waits for the disk, which other tests keep busy.
      client.exec('PRAGMA synchronous = NORMAL')
      const watched = chaos(client)
      // Lets the suite see that this driver answers by value.
      watched.prepare('SELECT 1').get()
      watched.prepare('SELECT 1').all()
      watched.exec('SELECT 1')
      const store = new SqliteStore({ client: watched, table: namespace, ttl: ttlMs, owner, ...options })
      showIds(store)
      tables.open(namespace)
      places.set(store, { client, table: quoted(namespace), namespace })
      return store
    },
    async dispose(store: SqliteStore) {
      await store.close()
      const { client, namespace, table } = places.get(store)!
      tables.close(namespace, client, [table])
      client.close()
    },
    backend: backendOn(() => open(place.file), tableOf, { keyOf, seal }),
  })
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** What the suite does behind the back of a store, on another connection. */
export function backendOn(
  connect: () => SqliteClient,
  tableOf: (store: RecordStore) => Promise<string>,
  { keyOf, seal }: Pick<Sealed, 'keyOf' | 'seal'> = PLAIN,
): Backend {
  /** Holds the lock of the file. */
  let locking: SqliteClient | undefined
  /** Runs `work` on a connection that waits for locks, because stores are writing. */
  function patiently<T>(work: (client: SqliteClient) => T): T {
    const client = connect()
    try {
      client.exec('PRAGMA busy_timeout = 5000')
      return work(client)
    } finally {
      client.close()
    }
  }
  return {
    async putRaw(store: RecordStore, sid, text) {
      const table = await tableOf(store)
      const insert = `INSERT INTO ${table} (sid, data, expires) VALUES (?, ?, ?)
        ON CONFLICT (sid) DO UPDATE SET data = excluded.data`
      patiently(client => client.prepare(insert).run(keyOf(sid), seal(sid, text), Date.now() + 60_000))
    },
    async rows(store: RecordStore) {
      const table = await tableOf(store)
      return patiently(
        client => (client.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count,
      )
    },
    lock() {
      locking = connect()
      locking.exec('BEGIN IMMEDIATE')
    },
    up() {
      locking?.close()
      locking = undefined
    },
    sweep: (store: RecordStore) => store.prune(),
    async age(store: RecordStore, sid, ms) {
      const table = await tableOf(store)
      const age = `UPDATE ${table} SET expires = expires - ? WHERE sid = ?`
      patiently(client => client.prepare(age).run(ms, keyOf(sid)))
    },
  }
}
