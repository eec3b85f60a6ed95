import connectMemcached from 'connect-memcached'
import session from 'express-session'
import Memcached from 'memcached'
import { versionOf } from './support.mjs'

const MemcachedStore = connectMemcached(session)
const client = new Memcached(process.env.MEMCACHED_URL)

export default {
  name: 'connect-memcached',
  version: versionOf('connect-memcached'),
  granularityMs: 1000,
  // Its option `ttl` is the lifetime of every session, whatever the cookie says: it is no default.
  create: ctx => new MemcachedStore({ client: ctx.chaos(client), prefix: `${ctx.namespace}:` }),
  teardown: () => client.end(),
}
