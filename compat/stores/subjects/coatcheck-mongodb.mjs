import { MongodbStore } from '@coatcheck/store-mongodb'
import { MongoClient } from 'mongodb'

const client = new MongoClient(process.env.MONGODB_URL)
const collectionOf = new WeakMap()

export default {
  name: '@coatcheck/store-mongodb',
  version: '0.1.0',
  setup: () => client.connect(),
  create: async ctx => {
    const collection = ctx.namespace
    const watched = ctx.chaos(client)
    const disturbed = {
      connect: () => watched.connect(),
      db: name => watched.db(name),
      // The driver calls other methods of a session as well: those are not commands.
      startSession: () =>
        ctx.chaos(client.startSession(), ['commitTransaction', 'abortTransaction', 'endSession']),
    }
    const store = new MongodbStore({ client: disturbed, collection, ttlIndex: false, ttl: ctx.ttlMs })
    // Lets the suite see that cursors are iterated, and everything else is awaited.
    for await (const _ of watched.db().collection(collection).find({ _id: '' }));
    collectionOf.set(store, client.db().collection(collection))
    return store
  },
  dispose: store => store.close(),
  teardown: () => client.close(),
  backend: {
    putRaw: (store, sid, session) => {
      const expires = new Date(Date.now() + 60_000)
      return collectionOf.get(store).updateOne({ _id: sid }, { $set: { session, expires } }, { upsert: true })
    },
  },
}
