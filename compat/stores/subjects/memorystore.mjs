import session from 'express-session'
import memorystore from 'memorystore'
import { versionOf } from './support.mjs'

const MemoryStore = memorystore(session)

export default {
  name: 'memorystore',
  version: versionOf('memorystore'),
  create: ctx => new MemoryStore({ ttl: ctx.ttlMs }),
  backend: {
    putRaw: (store, sid, text) => store.store.set(sid, text),
    sweep: store => store.prune(),
  },
}
