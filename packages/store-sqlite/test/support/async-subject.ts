import type { RecordStore } from '@coatcheck/session'
import { defineSubject, type Subject } from '@coatcheck/store-conformance'
import { AsyncSqliteStore } from '@coatcheck/store-sqlite/async'
import { type CONNECTIONS_OF, type Connected, openBeside } from './connections.ts'
import { backendOn, newFile, quoted } from './subject.ts'

/** How many connections are made before the first rule. */
const READY = 12

/** The store on these connections, each with one of its own to one file, as in so many processes. */
export function asyncSubject(name: string, connect: (typeof CONNECTIONS_OF)[string]): Subject {
  const open = (file: string) => openBeside(name, file)
  let place: ReturnType<typeof newFile>
  const places = new WeakMap<RecordStore, { readonly table: string; readonly connected: Connected }>()
  // When a store is closed, the next one gets its connection: the pool of Knex has a timer of its own for each.
  const free: Connected[] = []

  async function tableOf(store: RecordStore): Promise<string> {
    await store.length()
    return places.get(store)!.table
  }

  return defineSubject({
    name: `AsyncSqliteStore on ${name}`,
    granularityMs: 1,
    shared: true,
    async setup() {
      place = newFile(open)
      for (let i = 0; i < READY; i++) free.push(await connect(place.file))
      for (const { client } of free) await client.query('SELECT 1', [])
    },
    async teardown() {
      for (const { end } of free) await end()
      place.remove()
    },
    async create({ namespace, ttlMs, owner, chaos }) {
      const connected = free.pop() ?? (await connect(place.file))
      const client = chaos(connected.client, ['query'])
      const store = new AsyncSqliteStore({ client, table: namespace, ttl: ttlMs, owner })
      places.set(store, { table: quoted(namespace), connected })
      return store
    },
    async dispose(store: AsyncSqliteStore) {
      await store.close()
      free.push(places.get(store)!.connected)
    },
    backend: backendOn(() => open(place.file), tableOf),
  })
}
