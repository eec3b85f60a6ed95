import { describeOwnerRaces } from '../../session/test/support/owner-races.ts'
import { PATIENT } from '../../session/test/support/patient.ts'
import { freshPrefix, openStore } from './support/redis.ts'

const prefix = freshPrefix()

describeOwnerRaces('store-redis', ({ pruneInterval: _, ...options }) =>
  openStore({ prefix, ...PATIENT, ...options }),
)
