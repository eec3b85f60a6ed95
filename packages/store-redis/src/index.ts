export type { RedisClient } from './driver.ts'
export {
  type RedisOpenOptions,
  RedisStore,
  type RedisStoreOptions,
} from './redis-store.ts'
