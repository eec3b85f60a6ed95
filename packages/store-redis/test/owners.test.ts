import { describeOwners } from '../../session/test/support/owners.ts'
import { freshPrefix, openStore } from './support/redis.ts'

describeOwners('store-redis', () => {
  const prefix = freshPrefix()
  return ({ pruneInterval: _, ...options }) => openStore({ prefix, ...options })
})
