import { MongoStore } from 'connect-mongo'
import { MongoClient } from 'mongodb'
import { versionOf } from './support.mjs'

const client = new MongoClient(process.env.MONGODB_URL)
const collectionOf = new WeakMap()

export default {
  name: 'connect-mongo',
  version: versionOf('connect-mongo'),
  setup: () => client.connect(),
  create: ctx => {
    const collectionName = ctx.namespace
    const store = MongoStore.create({ client, collectionName, ttl: ctx.ttlSeconds, autoRemove: 'disabled' })
    collectionOf.set(store, client.db().collection(collectionName))
    return store
  },
  teardown: () => client.close(),
  backend: {
    putRaw: (store, sid, text) =>
      collectionOf
        .get(store)
        .updateOne(
          { _id: sid },
          { $set: { session: text, expires: new Date(Date.now() + 60_000) } },
          { upsert: true },
        ),
  },
}
