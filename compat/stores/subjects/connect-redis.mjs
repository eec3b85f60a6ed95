import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { versionOf } from './support.mjs'

const client = createClient({ url: process.env.REDIS_URL })
client.on('error', () => {})

export default {
  name: 'connect-redis',
  version: versionOf('connect-redis'),
  granularityMs: 1000,
  setup: () => client.connect(),
  create: ctx =>
    new RedisStore({ client: ctx.chaos(client), prefix: `${ctx.namespace}:`, ttl: ctx.ttlSeconds }),
  teardown: () => client.destroy(),
  backend: {
    putRaw: (store, sid, text) => client.set(store.prefix + sid, text, { EX: 60 }),
  },
}
