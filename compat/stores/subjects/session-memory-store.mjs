import session from 'express-session'
import sessionMemoryStore from 'session-memory-store'
import { versionOf } from './support.mjs'

const MemoryStore = sessionMemoryStore(session)

export default {
  name: 'session-memory-store',
  version: versionOf('session-memory-store'),
  granularityMs: 1000,
  create: ctx => new MemoryStore({ expires: ctx.ttlSeconds }),
}
