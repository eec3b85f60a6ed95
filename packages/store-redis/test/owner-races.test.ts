import { describeOwnerRaces } from '../../session/test/support/owner-races.ts'
import { freshPrefix, openStore } from './support/redis.ts'

const prefix = freshPrefix()

describeOwnerRaces('store-redis', ({ pruneInterval: _, ...options }) => openStore({ prefix, ...options }))
