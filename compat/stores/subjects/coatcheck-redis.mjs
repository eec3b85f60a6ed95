import { RedisStore } from '@coatcheck/store-redis'
import { Redis } from 'ioredis'

const client = new Redis(process.env.REDIS_URL)
client.on('error', () => {})
const prefixOf = new WeakMap()

export default {
  name: '@coatcheck/store-redis',
  version: '0.1.0',
  create: ctx => {
    const prefix = `${ctx.namespace}:`
    const store = new RedisStore({ client: ctx.chaos(client), prefix, ttl: ctx.ttlMs })
    prefixOf.set(store, prefix)
    return store
  },
  dispose: store => store.close(),
  teardown: () => client.disconnect(),
  backend: {
    putRaw: (store, sid, text) => client.set(prefixOf.get(store) + sid, text, 'PX', 60_000),
  },
}
