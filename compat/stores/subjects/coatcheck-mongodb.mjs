import { MongodbStore } from '@coatcheck/store-mongodb'
import { MongoClient } from 'mongodb'

const client = new MongoClient(process.env.MONGODB_URL)
const collectionOf = new WeakMap()

export default {
  name: '@coatcheck/store-mongodb',
  version: '0.1.0',
  setup: () => client.connect(),
  create: ctx => {
    const collection = ctx.namespace
    const store = new MongodbStore({ client: ctx.chaos(client), collection, ttlIndex: false, ttl: ctx.ttlMs })
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
