import { defineSubject, type Subject } from '@coatcheck/store-conformance'
import { type MongodbClient, MongodbStore } from '@coatcheck/store-mongodb'
import type { Collection } from 'mongodb'
import { type Client, newClient, type Version } from './mongodb.ts'

/** How the stores of a subject differ from those of the others. */
export interface Kind {
  readonly url: string
  readonly version: Version
  readonly stringify: boolean
}

/** What the suite is not told by the store itself. */
interface Place {
  readonly client: Client
  readonly sessions: Collection<{ _id: string }>
}

/** Each store has a client of its own, as in so many processes. */
export function mongodbSubject({ url, version, stringify }: Kind): Subject {
  const places = new WeakMap<MongodbStore, Place>()
  /** Holds the lock of a document. */
  let locking: ReturnType<Client['startSession']> | undefined
  const dbName = `conformance-${version.at(-1)}-${stringify ? 'text' : 'document'}`

  /** Where the store keeps its sessions: a client that is not disturbed, and the collection. */
  async function placeOf(store: MongodbStore): Promise<Place['sessions']> {
    await store.length()
    return places.get(store)!.sessions
  }

  return defineSubject({
    name: `MongodbStore, ${version}, as ${stringify ? 'text' : 'documents'}`,
    granularityMs: 1,
    shared: true,
    async teardown() {
      const client = newClient(url, version)
      await client.db(dbName).dropDatabase()
      await client.close()
    },
    async create({ namespace, ttlMs, owner, chaos, fresh }) {
      const client = newClient(url, version)
      const watched = chaos(client as MongodbClient)
      const store = new MongodbStore({
        client: {
          connect: () => watched.connect(),
          db: name => watched.db(name),
          // The driver calls other methods of a session as well: those are not commands.
          startSession: () =>
            chaos(client.startSession(), ['commitTransaction', 'abortTransaction', 'endSession']),
        },
        dbName,
        collection: namespace,
        ttl: ttlMs,
        owner,
        stringify,
        ttlIndex: false,
      })
      const sessions = client.db(dbName).collection(namespace) as unknown as Place['sessions']
      places.set(store, { client, sessions })
      // Lets the suite see that cursors are iterated, and everything else is awaited.
      for await (const _ of watched.db(dbName).collection(namespace).find({ _id: '' }));
      if (!fresh) await store.length()
      return store
    },
    async dispose(store: MongodbStore) {
      await store.close()
      await places.get(store)?.client.close()
    },
    backend: {
      async putRaw(store: MongodbStore, sid, text) {
        const fields = { session: text, expires: new Date(Date.now() + 60_000) }
        await (await placeOf(store)).updateOne({ _id: sid }, { $set: fields }, { upsert: true })
      },
      async rows(store: MongodbStore) {
        return (await placeOf(store)).countDocuments()
      },
      async lock(store: MongodbStore, sid) {
        const sessions = await placeOf(store)
        const { client } = places.get(store)!
        locking = client.startSession()
        locking.startTransaction()
        await sessions.updateOne({ _id: sid }, { $set: { locked: true } }, { session: locking })
      },
      async up() {
        await locking?.abortTransaction()
        await locking?.endSession()
        locking = undefined
      },
      sweep: (store: MongodbStore) => store.prune(),
      async age(store: MongodbStore, sid, ms) {
        const sessions = await placeOf(store)
        const { expires } = (await sessions.findOne({ _id: sid })) as unknown as { expires: Date }
        await sessions.updateOne({ _id: sid }, { $set: { expires: new Date(expires.valueOf() - ms) } })
      },
    },
  })
}
