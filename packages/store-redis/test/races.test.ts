import { inject } from 'vitest'
import { describeRaces } from '../../session/test/support/races.ts'
import { freshPrefix } from './support/redis.ts'

describeRaces('store-redis', {
  stores: ['store-redis'],
  source: `
    import { RedisStore } from '@coatcheck/store-redis'
    const store = RedisStore.open(process.env.REDIS_URL, { prefix: process.env.PREFIX })
  `,
  env: (prefix => () => ({ REDIS_URL: inject('redisUrl'), PREFIX: prefix }))(freshPrefix()),
})
