import cacheManager from 'cache-manager'
import sessionCacheManager from 'express-session-cache-manager'
import { versionOf } from './support.mjs'

const CacheManagerStore = sessionCacheManager.default

export default {
  name: 'express-session-cache-manager',
  version: versionOf('express-session-cache-manager'),
  granularityMs: 1000,
  shared: false,
  // Its option `ttl` is the lifetime of every session, whatever the cookie says: it is no default.
  create: ctx =>
    new CacheManagerStore(cacheManager.caching({ store: 'memory', max: 100_000 }), {
      prefix: `${ctx.namespace}:`,
    }),
}
