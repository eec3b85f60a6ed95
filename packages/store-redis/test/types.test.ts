import type { RecordStore, Store } from '@coatcheck/session'
import { type RedisClient, RedisStore, type RedisStoreOptions } from '@coatcheck/store-redis'
import type * as ioredis5 from 'ioredis'
import type * as ioredis6 from 'ioredis6'
import type * as redis5 from 'redis'
import type * as redis6 from 'redis6'
import { expectTypeOf, it } from 'vitest'

it('types: clients of all kinds are taken as they are', () => {
  expectTypeOf<ioredis5.Redis>().toExtend<RedisClient>()
  expectTypeOf<ioredis5.Cluster>().toExtend<RedisClient>()
  expectTypeOf<ioredis6.Redis>().toExtend<RedisClient>()
  expectTypeOf<ioredis6.Cluster>().toExtend<RedisClient>()
  expectTypeOf<ReturnType<typeof redis5.createClient>>().toExtend<RedisClient>()
  expectTypeOf<ReturnType<typeof redis5.createClientPool>>().toExtend<RedisClient>()
  expectTypeOf<ReturnType<typeof redis5.createCluster>>().toExtend<RedisClient>()
  expectTypeOf<ReturnType<typeof redis5.createSentinel>>().toExtend<RedisClient>()
  expectTypeOf<ReturnType<typeof redis6.createClient>>().toExtend<RedisClient>()
  expectTypeOf<ReturnType<typeof redis6.createClientPool>>().toExtend<RedisClient>()
  expectTypeOf<ReturnType<typeof redis6.createCluster>>().toExtend<RedisClient>()
  expectTypeOf<ReturnType<typeof redis6.createSentinel>>().toExtend<RedisClient>()
})

it('types: what is no client is refused', () => {
  expectTypeOf<string>().not.toExtend<RedisClient>()
  expectTypeOf<URL>().not.toExtend<RedisClient>()
  expectTypeOf<Promise<ioredis5.Redis>>().not.toExtend<RedisClient>()
})

it('types: options and store', () => {
  expectTypeOf<RedisStore>().toExtend<RecordStore>()
  expectTypeOf<RedisStore>().toExtend<Store>()
  expectTypeOf<RedisStoreOptions>().toHaveProperty('client').toEqualTypeOf<RedisClient>()
  expectTypeOf<RedisStoreOptions['prefix']>().toEqualTypeOf<string | undefined>()
  expectTypeOf(RedisStore.open).parameter(0).toEqualTypeOf<string>()
  expectTypeOf(RedisStore.open).returns.toEqualTypeOf<RedisStore>()
  // @ts-expect-error Redis deletes what has expired by itself
  const unknown: RedisStoreOptions = { client: {} as RedisClient, pruneInterval: 1000 }
  expectTypeOf(unknown).not.toBeAny()
})
