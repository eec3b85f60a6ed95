import { once } from 'node:events'
import { join } from 'node:path'
import connectLoki from 'connect-loki'
import session from 'express-session'
import { scratchFolder, versionOf } from './support.mjs'

const LokiStore = connectLoki(session)
const folder = scratchFolder()

export default {
  name: 'connect-loki',
  version: versionOf('connect-loki'),
  shared: false,
  granularityMs: 1000,
  create: async ctx => {
    const path = join(folder, `${ctx.namespace}.db`)
    const store = new LokiStore({ path, ttl: ctx.ttlSeconds, logErrors: false })
    await once(store, 'connect')
    return store
  },
}
