import { describe } from 'vitest'
import { describeOwners } from '../../session/test/support/owners.ts'
import { describeMembers } from './support/owner-members.ts'
import { freshPrefix, openClient, openStore } from './support/redis.ts'

describeOwners('store-redis', () => {
  const prefix = freshPrefix()
  return ({ pruneInterval: _, ...options }) => openStore({ prefix, ...options })
})

describe('members of the sorted set of a user', () => {
  describeMembers(
    async prefix => ({ store: openStore({ prefix, owner: 'user' }), client: openClient() }),
    freshPrefix,
  )
})
