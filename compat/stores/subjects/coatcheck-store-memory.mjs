import { MemoryStore } from '@coatcheck/store-memory'

export default {
  name: '@coatcheck/store-memory',
  version: '0.1.0',
  create: ctx => new MemoryStore({ ttl: ctx.ttlMs }),
  dispose: store => store.close(),
}
