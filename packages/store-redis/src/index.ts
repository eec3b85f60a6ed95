export type { RedisClient } from './client.ts'
export {
  type RedisOpenOptions,
  RedisStore,
  type RedisStoreOptions,
} from './redis-store.ts'
