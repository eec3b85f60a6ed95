import connectMongodbSession from 'connect-mongodb-session'
import session from 'express-session'
import { versionOf } from './support.mjs'

const MongoDBStore = connectMongodbSession(session)

export default {
  name: 'connect-mongodb-session',
  version: versionOf('connect-mongodb-session'),
  create: ctx => {
    const store = new MongoDBStore({
      uri: process.env.MONGODB_URL,
      collection: ctx.namespace,
      expires: ctx.ttlMs,
    })
    store.on('error', () => {})
    return store
  },
  dispose: store => store.client.close(),
}
